import { CERTAINTY, SAYS, SHOWS } from "../phone/sample-files.ts";

/** What a sample voice note says, and how surely; a plain sentence for any other recording. */
export function heardIn(recording: Uint8Array): { text: string; certainty: number } {
  const bytes = Buffer.from(recording);
  const text = comment(bytes, SAYS);
  return {
    text: text ?? "Hello, I have a question.",
    certainty: Number(comment(bytes, CERTAINTY) ?? 0.9),
  };
}

/** A comment of an Ogg file: its length stands in the four bytes before it. */
function comment(bytes: Buffer, name: string): string | undefined {
  const at = bytes.indexOf(name);
  if (at < 4) return undefined;
  return bytes.subarray(at + name.length, at + bytes.readUInt32LE(at - 4)).toString();
}

/** What a sample picture says it shows. `image`: a data: address. */
export function seenIn(image: string | null): string {
  const bytes = Buffer.from(image?.split(",")[1] ?? "", "base64");
  const at = bytes.indexOf(SHOWS);
  if (at < 8) return "A picture without anything to make out.";
  const length = bytes.readUInt32BE(at - 8);
  return bytes.subarray(at + SHOWS.length + 5, at + length).toString();
}
