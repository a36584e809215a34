import { AppError, type ErrorCode } from "./errors.ts";

/**
 * Settles like `work`, or rejects with `code` once `deadlineMs` have passed. The work itself is not
 * stopped: pass it an AbortSignal where it can be.
 */
export async function withDeadline<T>(
  work: PromiseLike<T>,
  deadlineMs: number,
  what: string,
  code: ErrorCode = "deadline_exceeded",
): Promise<T> {
  const { promise: expired, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new AppError(code, `${what} did not answer within ${deadlineMs} ms.`)),
    deadlineMs,
  );
  try {
    return await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Runs `work` with a signal that fires with `stop` (if there is one), or once `deadlineMs` have passed. Like
 * AbortSignal.any with a timeout, but nothing of it outlives the work.
 */
export async function withinTime<T>(
  { deadlineMs, stop }: { deadlineMs: number; stop: AbortSignal | undefined },
  work: (cut: AbortSignal, state: { expired: boolean }) => Promise<T>,
): Promise<T> {
  const cut = new AbortController();
  const state = { expired: false };
  const stopped = () => cut.abort(new Error("stopped"));
  const timer = setTimeout(() => {
    state.expired = true;
    cut.abort(new Error(`not done within ${deadlineMs} ms`));
  }, deadlineMs);
  if (stop?.aborted) stopped();
  stop?.addEventListener("abort", stopped, { once: true });
  try {
    return await work(cut.signal, state);
  } finally {
    clearTimeout(timer);
    stop?.removeEventListener("abort", stopped);
  }
}
