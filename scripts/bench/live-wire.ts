const TEXT = 1;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

/** What one connection does with what it reads. */
export interface WireReader {
  /** One whole text frame, readable only during the call. */
  onText(payload: Buffer): void;
  onClose(): void;
}

interface State {
  reader: WireReader;
  isUpgraded: boolean;
  /** The beginning of a frame whose rest has not arrived. */
  rest: Buffer | null;
}

export interface LiveWire {
  send(text: string): void;
}

/**
 * A WebSocket with next to nothing around it, so that thousands of them leave the processor to the
 * server that is measured. Knows the frames of up to 64 KiB that our two servers send, no others.
 */
export async function openWire(url: URL, path: string, reader: WireReader): Promise<LiveWire> {
  const socket = await Bun.connect<State>({
    hostname: url.hostname,
    port: Number(url.port),
    data: { reader, isUpgraded: false, rest: null },
    socket: {
      data: (from, chunk) => read(from.data, chunk, (frame) => void from.write(frame)),
      close: ({ data }) => data.reader.onClose(),
    },
  });
  socket.write(
    `GET ${path} HTTP/1.1\r\nHost: ${url.host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: bGVhZGxpbmUgbGl2ZSBiZQ==\r\n\r\n",
  );
  return { send: (text) => void socket.write(clientFrame(TEXT, text)) };
}

/** Masked with zeros, as the protocol wants it and the payload stays. */
function clientFrame(opcode: number, text: string): Buffer {
  const payload = Buffer.from(text);
  if (payload.length > 125) throw new Error("Only short frames are sent.");
  return Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
}

function read(state: State, chunk: Buffer, answer: (frame: Buffer) => void): void {
  const bytes = state.rest === null ? chunk : Buffer.concat([state.rest, chunk]);
  let at = 0;
  if (!state.isUpgraded) {
    const end = bytes.indexOf("\r\n\r\n");
    state.isUpgraded = end >= 0;
    at = state.isUpgraded ? end + 4 : 0;
  }
  if (state.isUpgraded) at = readFrames(state.reader, bytes, at, answer);
  state.rest = at < bytes.length ? Buffer.from(bytes.subarray(at)) : null;
}

/** Reads the whole frames from `at` on; answers where the first incomplete one begins. */
function readFrames(
  reader: WireReader,
  bytes: Buffer,
  from: number,
  answer: (frame: Buffer) => void,
): number {
  let at = from;
  for (let frame = frameAt(bytes, at); frame !== null; frame = frameAt(bytes, at)) {
    const payload = bytes.subarray(frame.from, frame.to);
    if (frame.opcode === TEXT) reader.onText(payload);
    else if (frame.opcode === PING) answer(clientFrame(PONG, payload.toString()));
    else if (frame.opcode === CLOSE) reader.onClose();
    at = frame.to;
  }
  return at;
}

function frameAt(bytes: Buffer, at: number): { opcode: number; from: number; to: number } | null {
  const [first, second] = [bytes[at], bytes[at + 1]];
  if (first === undefined || second === undefined) return null;
  const isLong = second === 126;
  const from = at + (isLong ? 4 : 2);
  if (from > bytes.length) return null;
  const to = from + (isLong ? bytes.readUInt16BE(at + 2) : second);
  return to > bytes.length ? null : { opcode: first & 0x0f, from, to };
}
