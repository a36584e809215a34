import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { createAnnouncer } from "../../src/flows/announce.ts";
import {
  BREAKER_LIMIT_MS,
  FULLNESS_LIMIT,
  judge,
  LAG_GROWTH_LIMIT,
  NO_WORKER_LIMIT_MS,
  NUMBER_LIMIT_MS,
  oldestAgeLimits,
  type QueueLook,
  rules,
  type StreamLook,
} from "../../src/flows/queue-alerts/rules.ts";
import { createQueueAlerts } from "../../src/flows/queue-alerts.ts";
import type { LiveEvent } from "../../src/lib/events.ts";
import { streamNames } from "../../streams/topology.ts";
import { silentLog } from "../support/servers.ts";
import { createWorld, type World } from "./world.ts";

function stream(part: Partial<StreamLook> = {}): StreamLook {
  return { stream: "turns", depth: 0, lag: 0, oldestAgeMs: 0, fullness: 0, ...part };
}

function look(part: Partial<QueueLook> = {}): QueueLook {
  return {
    streams: [stream()],
    breakers: [],
    numbers: { count: 0, longestOpenMs: 0 },
    workerSilentMs: 500,
    letters: [],
    ...part,
  };
}

const before = look();
const turnsLimitMs = oldestAgeLimits["turns"] ?? 0;
const letters = (value: number, threshold = 5) => [
  { stream: "inbound", raised: value > threshold, value, threshold, text: "Letters." },
];

/** Per rule: how a value looks, from which on it is raised, and up to which it stays raised. */
const table: Record<
  string,
  {
    about: string | null;
    of(value: number): Partial<QueueLook>;
    quiet: number;
    raises: number;
    keeps: number;
    clears: number;
    says: string;
  }
> = {
  oldest_age: {
    about: "turns",
    of: (oldestAgeMs) => ({ streams: [stream({ oldestAgeMs, depth: 1 })] }),
    quiet: turnsLimitMs - 1,
    raises: turnsLimitMs,
    keeps: turnsLimitMs / 2,
    clears: turnsLimitMs / 2 - 1,
    says: "bun run streams",
  },
  lag_growing: {
    about: "turns",
    of: (lag) => ({ streams: [stream({ lag })] }),
    quiet: LAG_GROWTH_LIMIT - 1,
    raises: LAG_GROWTH_LIMIT,
    keeps: LAG_GROWTH_LIMIT / 4,
    clears: LAG_GROWTH_LIMIT / 4 - 1,
    says: "Start more workers",
  },
  stream_full: {
    about: "turns",
    of: (fullness) => ({ streams: [stream({ fullness })] }),
    quiet: FULLNESS_LIMIT - 0.01,
    raises: FULLNESS_LIMIT,
    keeps: FULLNESS_LIMIT - 0.19,
    clears: FULLNESS_LIMIT - 0.21,
    says: "503",
  },
  breaker_open: {
    about: null,
    of: (openForMs) => ({
      breakers: openForMs === 0 ? [] : [{ dependency: "postgres", openForMs }],
    }),
    quiet: BREAKER_LIMIT_MS - 1,
    raises: BREAKER_LIMIT_MS,
    keeps: 1,
    clears: 0,
    says: "postgres has been away",
  },
  number_breaker_open: {
    about: null,
    of: (longestOpenMs) => ({ numbers: { count: longestOpenMs > 0 ? 2 : 0, longestOpenMs } }),
    quiet: NUMBER_LIMIT_MS - 1,
    raises: NUMBER_LIMIT_MS,
    keeps: 1,
    clears: 0,
    says: "2 WhatsApp numbers",
  },
  no_worker: {
    about: null,
    of: (workerSilentMs) => ({
      workerSilentMs,
      streams: [stream({ depth: 1, oldestAgeMs: turnsLimitMs - 1 })],
    }),
    quiet: NO_WORKER_LIMIT_MS - 1,
    raises: NO_WORKER_LIMIT_MS,
    keeps: NO_WORKER_LIMIT_MS / 2,
    clears: NO_WORKER_LIMIT_MS / 2 - 1,
    says: "ROLE=worker",
  },
  dead_letters: {
    about: "inbound",
    of: (value) => ({ letters: letters(value) }),
    quiet: 5,
    raises: 6,
    keeps: 3,
    clears: 2,
    says: "Letters.",
  },
};

test("every rule is in the table, and every stream has an age", () => {
  expect(Object.keys(rules).toSorted()).toEqual(Object.keys(table).toSorted());
  expect(Object.keys(oldestAgeLimits).toSorted()).toEqual([...streamNames].toSorted());
});

for (const [rule, row] of Object.entries(table)) {
  const { about, of, quiet, raises, keeps, clears, says } = row;
  const key = { rule, stream: about };
  describe(rule, () => {
    test(`is raised at ${raises}, not at ${quiet}, and says what to do`, () => {
      expect(judge(look(of(quiet)), before, []).raise).toEqual([]);
      const { raise } = judge(look(of(raises)), before, []);
      expect(raise).toMatchObject([{ rule, stream: about, value: raises }]);
      expect(raise[0]?.text).toContain(says);
    });

    test("is not raised again while it is", () => {
      expect(judge(look(of(raises)), before, [key])).toEqual({ raise: [], clear: [] });
    });

    test(`stays at ${keeps} and is cleared at ${clears}`, () => {
      expect(judge(look(of(keeps)), before, [key])).toEqual({ raise: [], clear: [] });
      expect(judge(look(of(clears)), before, [key]).clear).toMatchObject([key]);
    });
  });
}

test("growth is unknown to a new leader, and to Redis: nothing is said of it", () => {
  const grown = look({ streams: [stream({ lag: 10 * LAG_GROWTH_LIMIT })] });
  const raised = [{ rule: "lag_growing", stream: "turns" }];
  expect(judge(grown, null, [])).toEqual({ raise: [], clear: [] });
  expect(judge(look(), null, raised)).toEqual({ raise: [], clear: [] });
  const unknown = look({ streams: [stream({ lag: null })] });
  expect(judge(unknown, before, raised)).toEqual({ raise: [], clear: [] });
});

test("no worker is no alert while nothing waits, and one that was never seen counts as silent", () => {
  expect(judge(look({ workerSilentMs: 3_600_000 }), before, []).raise).toEqual([]);
  const waiting = [stream({ depth: 1, oldestAgeMs: NO_WORKER_LIMIT_MS })];
  expect(judge(look({ workerSilentMs: null, streams: waiting }), before, []).raise).toMatchObject([
    { rule: "no_worker" },
  ]);
});

test("a stream that is not named among the letters any more is over", () => {
  const raised = [{ rule: "dead_letters", stream: "turns" }];
  expect(judge(look(), before, raised).clear).toMatchObject(raised);
  expect(judge(look({ letters: letters(9) }), before, raised).raise).toHaveLength(1);
});

describe("queue alerts", () => {
  let world: World;
  let state: QueueLook;
  const told: LiveEvent[] = [];
  beforeEach(async () => {
    world = await createWorld("alerts");
    told.length = 0;
    state = look();
  }, 20_000);
  afterEach(() => world.close());

  /** A leader that has just started. */
  function leader(monotonicMs = () => 0) {
    const publish = {
      append: async () => undefined,
      schedule: async () => undefined,
      events: async (batch: readonly LiveEvent[]) => void told.push(...batch),
    };
    const announcer = createAnnouncer({ db: world.db, publish, log: silentLog });
    const { db } = world;
    return createQueueAlerts({ db, announcer, monotonicMs, look: async () => state });
  }
  const data = () => told.map((event) => event.data);

  test("are told once, whatever restarts and however many lead, and again when they are over", async () => {
    state = look({ streams: [stream({ depth: 1, oldestAgeMs: turnsLimitMs })] });
    const judgeOnce = leader();
    await judgeOnce();
    await judgeOnce();
    await leader()();
    await Promise.all([leader()(), leader()()]);
    expect(data()).toMatchObject([
      {
        ...{ rule: "oldest_age", stream: "turns", state: "raised" },
        ...{ value: turnsLimitMs, threshold: turnsLimitMs },
      },
    ]);
    state = look();
    await leader()();
    await leader()();
    expect(data()).toHaveLength(2);
    const [raised, cleared] = told;
    expect(cleared).toMatchObject({ entityId: raised?.entityId, version: 2 });
    expect(cleared?.data).toMatchObject({ state: "cleared", value: 0 });

    state = look({ streams: [stream({ depth: 1, oldestAgeMs: turnsLimitMs })] });
    await Promise.all([leader()(), leader()(), leader()()]);
    expect(told).toHaveLength(3);
    expect(told[2]?.entityId).not.toBe(raised?.entityId ?? "");
    expect(await world.db.rows`select 1 from queue_alerts`).toHaveLength(1);
  });

  test("whose event is lost stand in the outbox of the same commit", async () => {
    state = look({ numbers: { count: 1, longestOpenMs: NUMBER_LIMIT_MS } });
    const lost = createAnnouncer({
      ...{ db: world.db, log: silentLog },
      publish: {
        append: async () => undefined,
        schedule: async () => undefined,
        events: () => Promise.reject(new Error("Redis is away")),
      },
    });
    const { db } = world;
    await createQueueAlerts({
      db,
      announcer: lost,
      monotonicMs: () => 0,
      look: async () => state,
    })();
    expect(await db.rows`select kind from outbox`).toEqual([{ kind: "queue.alert" }]);
    await db.rows`update outbox set created_at = now() - interval '1 minute'`;
    await world.sweep();
    expect(world.events.filter(({ kind }) => kind === "queue.alert")).toHaveLength(1);
  });

  test("compare with a look of a minute ago", async () => {
    let nowMs = 0;
    const judgeNow = leader(() => nowMs);
    for (const lag of [0, 500, 1_000, 1_500]) {
      state = look({ streams: [stream({ lag })] });
      await judgeNow();
      nowMs += 20_000;
    }
    expect(told).toEqual([]);
    state = look({ streams: [stream({ lag: 500 + LAG_GROWTH_LIMIT })] });
    await judgeNow();
    expect(data()).toMatchObject([{ rule: "lag_growing", value: LAG_GROWTH_LIMIT }]);
  });
});
