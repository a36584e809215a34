/**
 * An answer that is none: Bun closes the socket without having written a byte, and the client gets
 * ECONNRESET. `undefined` as the reason, because Bun prints any other to stderr.
 */
export function resetConnection(): Response {
  const body = new ReadableStream({ start: (controller) => controller.error(undefined) });
  return new Response(body);
}
