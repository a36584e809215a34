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
