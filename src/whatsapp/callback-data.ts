const CALLBACK_DATA = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}):\d{1,4}$/;

/** What Meta echoes in each status of a send: our message id and the attempt (≤ 512 characters). */
export function callbackDataOf(messageId: string, attempt: number): string {
  return `${messageId}:${attempt}`;
}

/** Our message id from echoed callback data; null if it is not ours. */
export function messageIdOf(callbackData: string | null): string | null {
  return callbackData === null ? null : (CALLBACK_DATA.exec(callbackData)?.[1] ?? null);
}
