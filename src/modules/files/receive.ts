import { MAX_SENT_BYTES, sendableKinds, sendObstacle } from "../../funnel/media.ts";
import { withinTime } from "../../lib/deadline.ts";
import { AppError } from "../../lib/errors.ts";
import { type Spooled, spool } from "../../storage/spool.ts";

/** A hundred megabytes at 1 MB/s, and somebody waits. */
const RECEIVE_DEADLINE_MS = 120_000;

export interface Received extends Spooled {
  mimeType: string;
}

/**
 * Writes a request's body to `path` and looks at what it is. Fails with `payload_too_large`,
 * `malformed_request` when it did not come whole, `deadline_exceeded`, and `invalid_input` for what
 * WhatsApp takes from no business.
 */
export async function receiveFile(
  request: Request,
  path: string,
  sniff: (path: string) => Promise<string | null>,
): Promise<Received> {
  const announced = request.headers.get("content-length");
  if (Number(announced ?? 0) > MAX_SENT_BYTES) throw tooLarge();
  const spooled = await spoolBody(request, path);
  if (spooled === "too_large") throw tooLarge();
  if (announced !== null && spooled.bytes !== Number(announced)) {
    throw new AppError("malformed_request", "The body ended before it was whole.");
  }
  if (spooled.bytes === 0) throw new AppError("invalid_input", "The body is empty: send the file.");
  const mimeType = await sniff(path);
  const [kind] = sendableKinds(mimeType);
  if (mimeType === null || kind === undefined) {
    const what = mimeType ?? "it is nothing that is known";
    throw new AppError("invalid_input", `WhatsApp takes no such file from a business: ${what}.`);
  }
  const obstacles = sendableKinds(mimeType).map((one) =>
    sendObstacle(one, { mimeType, bytes: spooled.bytes }),
  );
  const [obstacle] = obstacles;
  if (obstacle && !obstacles.includes(null)) throw new AppError("invalid_input", `${obstacle}.`);
  return { ...spooled, mimeType };
}

async function spoolBody(request: Request, path: string): Promise<"too_large" | Spooled> {
  const { body, signal } = request;
  if (body === null) return { bytes: 0, sha256: "" };
  return await withinTime({ deadlineMs: RECEIVE_DEADLINE_MS, stop: signal }, async (cut, state) => {
    try {
      return await spool(body, path, MAX_SENT_BYTES, cut);
    } catch (cause) {
      const took = `The body did not come within ${RECEIVE_DEADLINE_MS / 1_000} s.`;
      if (state.expired) throw new AppError("deadline_exceeded", took, {}, cause);
      throw new AppError("malformed_request", "The body ended before it was whole.", {}, cause);
    }
  });
}

function tooLarge(): AppError {
  return new AppError("payload_too_large", `A file may have at most ${MAX_SENT_BYTES} bytes.`);
}
