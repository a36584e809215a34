import { connect, type Socket } from "node:net";
import { eventually } from "../support/wait.ts";

/** A socket over bare TCP, which can stop reading: no WebSocket client lets its user do that. */
export async function openBareSocket(port: number, hello: unknown) {
  const tcp = connect({ host: "127.0.0.1", port });
  let received = Buffer.alloc(0);
  let ended = false;
  tcp.on("error", () => undefined);
  tcp.on("close", () => {
    ended = true;
  });
  tcp.on("data", (bytes: Buffer) => {
    received = Buffer.concat([received, bytes]);
  });
  tcp.write(
    [
      "GET /live HTTP/1.1",
      `Host: 127.0.0.1:${port}`,
      "Upgrade: websocket",
      "Connection: Upgrade",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      "\r\n",
    ].join("\r\n"),
  );
  await eventually(() => received.includes("\r\n\r\n"));
  sendText(tcp, JSON.stringify(hello));
  await eventually(() => framesIn(received).length > 0);
  return {
    pause: () => tcp.pause(),
    resume: () => tcp.resume(),
    destroy: () => tcp.destroy(),
    ended: () => ended,
    /** What has arrived so far: texts, and the close code if there was one. */
    frames: () => framesIn(received),
  };
}

function sendText(tcp: Socket, text: string): void {
  const payload = Buffer.from(text);
  const mask = Buffer.from([1, 2, 3, 4]);
  const header = Buffer.alloc(4);
  header.writeUInt8(0x81, 0);
  header.writeUInt8(0x80 | 126, 1);
  header.writeUInt16BE(payload.length, 2);
  const masked = payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0));
  tcp.write(Buffer.concat([header, mask, masked]));
}

/** The server's whole frames: a text, or the code of a close. */
function framesIn(bytes: Buffer): (string | number)[] {
  const frames: (string | number)[] = [];
  let at = bytes.indexOf("\r\n\r\n") + 4;
  while (at >= 4 && at + 2 <= bytes.length) {
    const opcode = bytes.readUInt8(at) & 0x0f;
    const [length, header] = lengthAt(bytes, at);
    const end = at + header + length;
    if (length < 0 || end > bytes.length) break;
    const payload = bytes.subarray(at + header, end);
    if (opcode === 1) frames.push(payload.toString());
    if (opcode === 8) frames.push(payload.readUInt16BE(0));
    at = end;
  }
  return frames;
}

function lengthAt(bytes: Buffer, at: number): [length: number, header: number] {
  const short = bytes.readUInt8(at + 1) & 0x7f;
  if (short < 126) return [short, 2];
  if (short === 126) return at + 4 <= bytes.length ? [bytes.readUInt16BE(at + 2), 4] : [-1, 4];
  return at + 10 <= bytes.length ? [Number(bytes.readBigUInt64BE(at + 2)), 10] : [-1, 10];
}
