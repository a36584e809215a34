import { createHash, timingSafeEqual } from "node:crypto";

/** Meta sends an integer; anything much longer is not Meta. */
const CHALLENGE = /^[\w.-]{1,256}$/;

/**
 * Answers Meta's question whether this address wants its webhooks: the challenge to echo, or null if
 * the token is not one of ours. Tokens are compared as digests, in constant time.
 */
export function answerHandshake(
  query: URLSearchParams,
  verifyTokens: readonly string[],
): string | null {
  const challenge = query.get("hub.challenge") ?? "";
  if (query.get("hub.mode") !== "subscribe" || !CHALLENGE.test(challenge)) return null;
  const given = digest(query.get("hub.verify_token") ?? "");
  const known = verifyTokens.filter((token) => timingSafeEqual(digest(token), given));
  return known.length > 0 ? challenge : null;
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
