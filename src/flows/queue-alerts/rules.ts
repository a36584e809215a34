/** A stream over all its partitions, as the rules see it. */
export interface StreamLook {
  readonly stream: string;
  readonly depth: number;
  /** Null when Redis cannot tell. */
  readonly lag: number | null;
  readonly oldestAgeMs: number;
  /** Of the fullest partition: 1 = takes no more. */
  readonly fullness: number;
}

/** What rules are judged by. */
export interface QueueLook {
  readonly streams: readonly StreamLook[];
  /** Per dependency, the longest that some process has seen it away. */
  readonly breakers: readonly { dependency: string; openForMs: number }[];
  /** WhatsApp numbers whose breaker is not closed, and for how long the longest. */
  readonly numbers: { count: number; longestOpenMs: number };
  /** How long ago any worker was last seen; null when none is known. */
  readonly workerSilentMs: number | null;
  /** Streams as the dead letters' own rule (`deadLetterAlert`) judges them. */
  readonly letters: readonly {
    stream: string;
    raised: boolean;
    value: number;
    threshold: number;
    text: string;
  }[];
}

/** One rule's reading of one stream, or of the queue (`stream` null). */
export interface Reading {
  readonly rule: string;
  readonly stream: string | null;
  readonly value: number;
  /** Raised from here on. */
  readonly raiseAt: number;
  /** Cleared below: lower, so that a value that wavers around one of them tells nothing anew. */
  readonly clearBelow: number;
  /** What is wrong, and what to do. */
  readonly text: string;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** From which age on the oldest entry of a stream means that somebody has to look. */
export const oldestAgeLimits: Readonly<Record<string, number>> = {
  inbound: MINUTE,
  turns: 2 * MINUTE,
  outbound: 2 * MINUTE,
  receipts: 5 * MINUTE,
  notices: 10 * MINUTE,
  dead: 10 * MINUTE,
  memory: 30 * MINUTE,
  media: 10 * MINUTE,
};

/** What a stream may gain in about a minute. */
export const LAG_GROWTH_LIMIT = 2_000;
export const FULLNESS_LIMIT = 0.8;
export const BREAKER_LIMIT_MS = MINUTE;
export const NUMBER_LIMIT_MS = 5 * MINUTE;
/** Above the silence that makes a worker count as dead, and a restart's gap. */
export const NO_WORKER_LIMIT_MS = 20 * SECOND;

/** A rule: its readings of a look, with one of about a minute before, if there is one. */
type Rule = (look: QueueLook, before: QueueLook | null) => readonly Reading[];

/** Every rule. A new one needs a row here, and one in the table of its test. */
export const rules: Readonly<Record<string, Rule>> = {
  oldest_age: ({ streams }) =>
    streams.map(({ stream, oldestAgeMs }) => {
      const limitMs = oldestAgeLimits[stream] ?? 10 * MINUTE;
      return {
        ...{ rule: "oldest_age", stream, value: oldestAgeMs },
        ...{ raiseAt: limitMs, clearBelow: limitMs / 2 },
        text: `The oldest entry of "${stream}" has waited ${spoken(oldestAgeMs)}. Look at bun run streams whether it is retried or not begun, and at the workers' log for "${stream}".`,
      };
    }),

  lag_growing: ({ streams }, before) =>
    streams.flatMap(({ stream, lag }) => {
      const earlier = before?.streams.find((one) => one.stream === stream)?.lag;
      if (lag === null || earlier === undefined || earlier === null) return [];
      const grown = lag - earlier;
      return {
        ...{ rule: "lag_growing", stream, value: grown },
        ...{ raiseAt: LAG_GROWTH_LIMIT, clearBelow: LAG_GROWTH_LIMIT / 4 },
        text: `"${stream}" has gained ${grown} entries that nobody has begun, in about a minute: more comes in than is handled. Start more workers (ROLE=worker).`,
      };
    }),

  stream_full: ({ streams }) =>
    streams.map(({ stream, fullness }) => ({
      ...{ rule: "stream_full", stream, value: fullness },
      ...{ raiseAt: FULLNESS_LIMIT, clearBelow: FULLNESS_LIMIT - 0.2 },
      text: `"${stream}" is ${Math.floor(fullness * 100)} % full; a full stream takes no more and webhooks are answered 503. Start more workers, or find what its oldest entry waits for.`,
    })),

  breaker_open: ({ breakers }) => {
    const longest = breakers.toSorted((a, b) => b.openForMs - a.openForMs)[0];
    const { dependency, openForMs } = longest ?? { dependency: "", openForMs: 0 };
    return [
      {
        ...{ rule: "breaker_open", stream: null, value: openForMs },
        ...{ raiseAt: BREAKER_LIMIT_MS, clearBelow: 1 },
        text: `Work waits because ${dependency === "" ? "a dependency" : dependency} has been away for ${spoken(openForMs)}. Bring it back; nothing is lost and no try is spent meanwhile.`,
      },
    ];
  },

  number_breaker_open: ({ numbers: { count, longestOpenMs } }) => [
    {
      ...{ rule: "number_breaker_open", stream: null, value: longestOpenMs },
      ...{ raiseAt: NUMBER_LIMIT_MS, clearBelow: 1 },
      text: `Sends wait over ${count === 1 ? "1 WhatsApp number" : `${count} WhatsApp numbers`} for up to ${spoken(longestOpenMs)}, because Meta gave no clear answer. See Meta's status page, and whether this machine reaches graph.facebook.com.`,
    },
  ],

  no_worker: ({ streams, workerSilentMs }) => {
    const waitedMs = Math.max(0, ...streams.map(({ oldestAgeMs }) => oldestAgeMs));
    const silentMs = Math.min(waitedMs, workerSilentMs ?? Number.POSITIVE_INFINITY);
    return [
      {
        ...{ rule: "no_worker", stream: null, value: silentMs },
        ...{ raiseAt: NO_WORKER_LIMIT_MS, clearBelow: NO_WORKER_LIMIT_MS / 2 },
        text: `Work waits and no worker has lived for ${spoken(silentMs)}. Start one: ROLE=worker bun run start.`,
      },
    ];
  },

  dead_letters: ({ letters }) =>
    letters.map(({ stream, value, threshold, text }) => ({
      ...{ rule: "dead_letters", stream, value, text },
      // Its rule raises above the threshold.
      ...{ raiseAt: threshold + 1, clearBelow: Math.max(1, threshold / 2) },
    })),
};

function spoken(ms: number): string {
  if (ms < 2 * MINUTE) return `${Math.round(ms / SECOND)} s`;
  return ms < 120 * MINUTE ? `${Math.round(ms / MINUTE)} min` : `${Math.round(ms / 60 / MINUTE)} h`;
}

/** Which alert: of a rule, about a stream or the whole queue. */
export interface AlertKey {
  readonly rule: string;
  readonly stream: string | null;
}

export function keyOfAlert({ rule, stream }: AlertKey): string {
  return `${rule}/${stream ?? ""}`;
}

/** What changes: readings that raise an alert, and alerts that are over. Pure. */
export function judge(
  look: QueueLook,
  before: QueueLook | null,
  raised: readonly AlertKey[],
): { raise: Reading[]; clear: Reading[] } {
  const readings = Object.values(rules).flatMap((rule) => rule(look, before));
  const known = new Set(raised.map(keyOfAlert));
  // A stream without letters of the last day is not named; its alert is over all the same.
  const silent = raised
    .filter(
      ({ rule, stream }) =>
        rule === "dead_letters" && !look.letters.some((one) => one.stream === stream),
    )
    .map(({ rule, stream }) => ({
      ...{ rule, stream, value: 0, raiseAt: 1, clearBelow: 1 },
      text: `No more entries of "${stream}" are given up.`,
    }));
  return {
    raise: readings.filter((one) => one.value >= one.raiseAt && !known.has(keyOfAlert(one))),
    clear: [...readings, ...silent].filter(
      (one) => one.value < one.clearBelow && known.has(keyOfAlert(one)),
    ),
  };
}
