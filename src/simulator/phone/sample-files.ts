import { crc32, deflateSync } from "node:zlib";

type Bytes = Uint8Array<ArrayBuffer>;

/** What is in a file, so that the simulated model can tell without ears and eyes. */
export const SAYS = "SAYS=";
export const CERTAINTY = "CERTAINTY=";
export const SHOWS = "Description";

/** A voice note of silence in Ogg Opus, a fiftieth of a second for each character of what it says. */
export function sampleVoice(says: string, certainty: number): Bytes {
  const head = Buffer.from(
    "OpusHead\u0001\u0001\u0000\u0000\u0080\u00bb\u0000\u0000\u0000\u0000\u0000",
    "latin1",
  );
  const comments = [`${SAYS}${says}`, `${CERTAINTY}${certainty}`].map(sized);
  const tags = Buffer.concat([Buffer.from("OpusTags"), sized("simulator"), uint32(2), ...comments]);
  // The code of Opus for 20 ms in which nothing is heard.
  const silence = Array.from({ length: Math.min(Math.max(says.length, 1), 250) }, () =>
    Buffer.from([0xf8, 0xff, 0xfe]),
  );
  return joined([
    oggPage(2, 0, 0, [head]),
    oggPage(0, 1, 0, [tags]),
    oggPage(4, 2, silence.length * 960, silence),
  ]);
}

function oggPage(flags: number, sequence: number, granule: number, packets: Buffer[]): Buffer {
  const lacing = packets.flatMap(({ length }) => [
    ...Array.from({ length: Math.floor(length / 255) }, () => 255),
    length % 255,
  ]);
  const granulePosition = Buffer.alloc(8);
  granulePosition.writeBigUInt64LE(BigInt(granule));
  const page = Buffer.concat([
    Buffer.from("OggS\u0000"),
    Buffer.from([flags]),
    granulePosition,
    uint32(1),
    uint32(sequence),
    uint32(0),
    Buffer.from([lacing.length, ...lacing]),
    ...packets,
  ]);
  page.writeUInt32LE(oggChecksum(page), 22);
  return page;
}

/** Ogg's own: the polynomial of CRC-32, not reflected and without complement. */
function oggChecksum(page: Buffer): number {
  let crc = 0;
  for (const byte of page) {
    crc ^= byte << 24;
    for (let bit = 0; bit < 8; bit += 1) {
      crc = crc & 0x80000000 ? (crc << 1) ^ 0x04c11db7 : crc << 1;
    }
  }
  return crc >>> 0;
}

const SIDE = 96;

/** A PNG of a gradient that says in its own description what it shows. */
export function sampleImage(shows: string): Bytes {
  const rows = Array.from({ length: SIDE }, (_, y) =>
    Buffer.from([0, ...Array.from({ length: SIDE }, (__, x) => [x * 2, y * 2, 160]).flat()]),
  );
  const header = Buffer.concat([uint32be(SIDE), uint32be(SIDE), Buffer.from([8, 2, 0, 0, 0])]);
  const text = Buffer.concat([Buffer.from(`${SHOWS}\0\0\0\0\0`), Buffer.from(shows)]);
  return joined([
    Buffer.from("\u0089PNG\r\n\u001a\n", "latin1"),
    pngChunk("IHDR", header),
    pngChunk("iTXt", text),
    pngChunk("IDAT", deflateSync(Buffer.concat(rows))),
    pngChunk("IEND", Buffer.alloc(0)),
  ]);
}

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data]);
  return Buffer.concat([uint32be(data.length), body, uint32be(crc32(body))]);
}

/** One page with one line. */
export function sampleDocument(line: string): Bytes {
  const shown = line.replaceAll(/[()\\]/g, "\\$&");
  const content = `BT /F1 18 Tf 40 100 Td (${shown}) Tj ET`;
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 200] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
    `<< /Length ${Buffer.byteLength(content)} >>\nstream\n${content}\nendstream`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
  ];
  let file = "%PDF-1.4\n";
  const offsets = objects.map((object, index) => {
    const at = Buffer.byteLength(file);
    file += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(at).padStart(10, "0")} 00000 n \n`;
  });
  const tableAt = Buffer.byteLength(file);
  const size = objects.length + 1;
  const trailer = `trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${tableAt}\n%%EOF\n`;
  file += `xref\n0 ${size}\n0000000000 65535 f \n${offsets.join("")}${trailer}`;
  return joined([Buffer.from(file)]);
}

/** One lossless pixel of WebP. */
export function sampleSticker(): Bytes {
  return joined([Buffer.from("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==", "base64")]);
}

function sized(text: string): Buffer {
  return Buffer.concat([uint32(Buffer.byteLength(text)), Buffer.from(text)]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint32be(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function joined(parts: readonly Buffer[]): Bytes {
  return new Uint8Array(Buffer.concat(parts));
}
