import type { Json } from "./schema.ts";

const seconds = { type: "integer", minimum: 0 };

/** Headers of answers, as components. */
export const headerComponents = {
  RequestId: {
    description: "Names this request in every log line and in the audit log.",
    schema: { type: "string" },
  },
  ETag: {
    description: "The version, for `If-Match` of an edit.",
    schema: { type: "string", pattern: '^"[0-9]+"$' },
  },
  RetryAfter: { description: "Seconds to wait before trying again.", schema: seconds },
  RateLimitLimit: {
    description: "Requests that a session or key has per minute.",
    schema: seconds,
  },
  RateLimitRemaining: { description: "Requests left in this minute.", schema: seconds },
  RateLimitReset: { description: "Seconds until the minute is over.", schema: seconds },
} as const;

const RETRY_LATER = ["429", "503", "504"];

/**
 * The headers worth naming at an answer of this status; a problem has the request's id in its body.
 * `signedIn`: the caller is known and counted.
 */
export function responseHeaders(
  status: string,
  { signedIn, tagged, problem }: { signedIn: boolean; tagged: boolean; problem: boolean },
): Json {
  const counted = signedIn && (status.startsWith("2") || status === "429");
  return {
    ...(!problem && { "X-Request-Id": ref("RequestId") }),
    ...(counted && {
      "RateLimit-Limit": ref("RateLimitLimit"),
      "RateLimit-Remaining": ref("RateLimitRemaining"),
      "RateLimit-Reset": ref("RateLimitReset"),
    }),
    ...(tagged && status.startsWith("2") && { ETag: ref("ETag") }),
    ...(problem && RETRY_LATER.includes(status) && { "Retry-After": ref("RetryAfter") }),
  };
}

function ref(name: keyof typeof headerComponents): Json {
  return { $ref: `#/components/headers/${name}` };
}
