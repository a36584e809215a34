import { describe, expect, test } from "bun:test";
import {
  backoffMs,
  type Fate,
  fateOf,
  isLastTry,
  type RetryClass,
  retryDelayMs,
  retryPolicies,
  stepMs,
  triesAfter,
} from "../../streams/retry.ts";
import { streamNames, streamSpecs } from "../../streams/topology.ts";

const S = 1_000;
const MINUTE = 60 * S;
const ids = Array.from({ length: 500 }, (_, index) => `${1_795_384_368_000 + index * 7}-0`);

interface Row {
  /** Whole waits after tries 1, 2, 3 … */
  waitsMs: readonly number[];
  /** What is left of an hour's Retry-After. */
  grantedMs: number;
  spendsTry: boolean;
  /** Of a stream that allows five tries: the fate at each of the first six. */
  fates: readonly string[];
}

const none = [0, 0, 0, 0, 0, 0];
const times = (count: number, fate: string) => Array.from({ length: count }, () => fate);

/** design.md §3 and reliability.md 1.2, in numbers. */
const expected: Record<RetryClass, Row> = {
  transient: {
    waitsMs: [S, 2 * S, 4 * S, 8 * S, 16 * S, 32 * S, MINUTE, MINUTE],
    grantedMs: 0,
    spendsTry: true,
    fates: [...times(4, "retry"), ...times(2, "bury exhausted")],
  },
  dependency: {
    waitsMs: none,
    grantedMs: MINUTE,
    spendsTry: false,
    fates: times(6, "wait for postgres 60000"),
  },
  poison: { waitsMs: none, grantedMs: 0, spendsTry: true, fates: times(6, "bury poison") },
  malformed: { waitsMs: none, grantedMs: 0, spendsTry: true, fates: times(6, "bury malformed") },
  crashed: {
    waitsMs: none,
    grantedMs: 0,
    spendsTry: true,
    fates: [...times(4, "retry"), ...times(2, "bury crashed")],
  },
  interrupted: { waitsMs: none, grantedMs: 0, spendsTry: false, fates: times(6, "retry") },
  vanished: { waitsMs: none, grantedMs: 0, spendsTry: true, fates: times(6, "drop") },
  turn: {
    waitsMs: [S, 4 * S, 16 * S, MINUTE, MINUTE],
    grantedMs: MINUTE,
    spendsTry: true,
    fates: [...times(4, "retry"), ...times(2, "bury poison")],
  },
  media: {
    waitsMs: [S, 4 * S, 16 * S, 64 * S, 256 * S, 1_024 * S, 60 * MINUTE, 60 * MINUTE, 60 * MINUTE],
    grantedMs: 60 * MINUTE,
    spendsTry: true,
    fates: times(6, "retry"),
  },
  send: {
    waitsMs: [S, 4 * S, 16 * S, MINUTE, MINUTE, MINUTE, MINUTE, MINUTE],
    grantedMs: 60 * MINUTE,
    spendsTry: true,
    fates: times(6, "retry"),
  },
};

function say(fate: Fate): string {
  if (fate.kind === "bury") return `bury ${fate.class}`;
  return fate.kind === "wait" ? `wait for ${fate.dependency} ${fate.holdMs}` : fate.kind;
}

test("the table has a row for every class, and every row is tested", () => {
  expect(Object.keys(expected).toSorted()).toEqual(Object.keys(retryPolicies).toSorted());
});

for (const name of Object.keys(expected) as RetryClass[]) {
  const { waitsMs, grantedMs, spendsTry, fates } = expected[name];
  const { jitter, capMs } = retryPolicies[name];
  describe(`class ${name}`, () => {
    test(`waits ${waitsMs.join(", ")} ms, never longer`, () => {
      expect(waitsMs.map((_, index) => stepMs(name, index + 1))).toEqual([...waitsMs]);
      expect(stepMs(name, 0)).toBe(0);
      expect(stepMs(name, 1_000)).toBe(capMs);
    });

    test("jitters within its share of the wait, by the entry and not by the look", () => {
      for (const key of ids) {
        for (const [index, wholeMs] of waitsMs.entries()) {
          const tries = index + 1;
          const delayMs = retryDelayMs(name, { tries, key });
          expect(delayMs).toBe(retryDelayMs(name, { tries, key }));
          expect(delayMs).toBeLessThanOrEqual(wholeMs);
          expect(delayMs).toBeGreaterThanOrEqual(Math.floor(wholeMs * (1 - jitter)));
        }
      }
      const different = new Set(ids.map((key) => retryDelayMs(name, { tries: 2, key })));
      if (jitter > 0) expect(different.size).toBeGreaterThan(ids.length / 2);
      else expect(different.size).toBe(1);
    });

    test(`grants ${grantedMs} ms of an hour's Retry-After, and less of none`, () => {
      const asked = (retryAfterMs: number) =>
        retryDelayMs(name, { tries: 1, key: "", retryAfterMs });
      expect(asked(60 * MINUTE)).toBe(Math.max(grantedMs, asked(0)));
      expect(asked(24 * 60 * MINUTE)).toBe(asked(60 * MINUTE));
      expect(asked(1)).toBe(Math.max(asked(0), grantedMs > 0 ? 1 : 0));
    });

    test(`${spendsTry ? "spends a try" : "spends no try"}`, () => {
      expect(triesAfter(name, 3)).toBe(spendsTry ? 4 : 3);
    });

    test(`ends: ${fates.join(", ")}`, () => {
      const failure = { class: name, dependency: "postgres", retryAfterMs: 60 * MINUTE };
      expect(fates.map((_, index) => say(fateOf(failure, index + 1, 5)))).toEqual([...fates]);
    });
  });
}

test("rows that count their own tries: a turn five, a send eight, a file ten, whatever the stream allows", () => {
  for (const [name, tries] of [
    ["turn", 5],
    ["send", 8],
    ["media", 10],
  ] as const) {
    expect(isLastTry(name, tries - 1)).toBe(false);
    expect(isLastTry(name, tries)).toBe(true);
  }
});

test("streams whose rows count the tries, and the archive, give nothing up by counting", () => {
  const endless = streamNames.filter((name) => streamSpecs[name].maxTries === null);
  expect(endless.toSorted()).toEqual(["dead", "media", "outbound", "turns"]);
  for (const name of streamNames) {
    const { maxTries } = streamSpecs[name];
    const last = say(fateOf({ class: "transient" }, maxTries ?? 1_000, maxTries));
    expect(last).toBe(maxTries === null ? "retry" : "bury exhausted");
  }
});

test("an entry's wait is the transient row's", () => {
  for (const key of ids.slice(0, 50)) {
    expect(backoffMs(3, key)).toBe(retryDelayMs("transient", { tries: 3, key }));
  }
});

test("a dependency without a name is no outage but a failure", () => {
  expect(fateOf({ class: "dependency" }, 1, 5)).toEqual({ kind: "retry" });
  expect(fateOf({ class: "dependency" }, 5, 5)).toEqual({ kind: "bury", class: "exhausted" });
});
