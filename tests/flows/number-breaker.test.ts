import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import {
  afterAnswer as answerRows,
  takePlace,
  afterUnclear as unclearRows,
} from "../../src/flows/deliver/number-breaker.ts";
import {
  afterAnswer,
  afterClaim,
  afterUnclear,
  CLOSED,
  type NumberBreaker,
  REST_MS,
} from "../../src/funnel/number-breaker.ts";
import { newId } from "../../src/lib/ids.ts";
import { retryDelayMs } from "../../streams/retry.ts";
import { eventually } from "../support/wait.ts";
import { addNumber, createWorld, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld("number breaker");
}, 20_000);
afterEach(() => world.close());

/** One queued reply to each of so many leads. */
async function queued(count: number): Promise<void> {
  const people = Array.from({ length: count }, () => {
    const phone = `1415${Math.floor(Math.random() * 10 ** 9)}`;
    return { phone, bsuid: `US.${phone}`, username: null, name: null };
  });
  await world.receive(...people.map((from) => ({ from })));
  for (const { id, wakeSeq, handledSeq } of await world.conversations()) {
    if (wakeSeq > handledSeq) await world.turn(id);
  }
}

async function states(): Promise<Record<string, number>> {
  const rows = await world.outgoing();
  return Object.fromEntries(
    [...Map.groupBy(rows, ({ state }) => state)].map(([state, group]) => [state, group.length]),
  );
}

const rest = () =>
  world.db.rows`update integrations set paused_until = now() - interval '1 millisecond'`;

test("while it is open nothing is claimed: no try is spent, and the wake-up comes when it is over", async () => {
  await queued(3);
  world.send = () => ({ kind: "unknown", why: "timeout" });
  await world.deliver();
  await queued(5);
  await world.deliver();
  expect(world.sends).toHaveLength(3);
  const waiting = (await world.outgoing()).filter(({ state }) => state === "queued");
  expect(waiting.map(({ attempts }) => attempts)).toEqual([0, 0, 0, 0, 0]);
  const inMs = (world.scheduled.at(-1)?.atMs ?? 0) - Date.now();
  expect(inMs).toBeWithin(REST_MS / 2, REST_MS + 1_000);
});

test("another number goes on meanwhile", async () => {
  await world.db.rows`update integrations set unknown_streak = 3,
    paused_until = now() + interval '1 minute'`;
  await queued(1);
  const other = newId();
  await addNumber(world.db, world.organizationId, other, "200");
  await world.db.rows`update messages set integration_id = ${other} where direction = 'out'`;
  await world.db.rows`update conversations set integration_id = ${other}`;
  await world.deliver();
  expect(world.sends).toHaveLength(0);
  await world.deliverOver(other);
  expect(world.sends).toHaveLength(1);
});

test("after the rest one is tried, then two, four, eight at once, over all processes", async () => {
  await queued(40);
  await world.db.rows`update integrations set unknown_streak = 3, breaker_opened_at = now(),
    paused_until = now() - interval '1 millisecond'`;
  const flight = { now: 0, rounds: [] as number[], answers: [] as (() => void)[] };
  world.send = async () => {
    flight.now += 1;
    await new Promise<void>((resolve) => flight.answers.push(resolve));
    flight.now -= 1;
    return { kind: "accepted", wamid: newId() };
  };
  // Each looks again when its sends are done: with more of them than sends at once, some always look.
  let over = false;
  const wakeUps = Array.from({ length: 12 }, async () => {
    while (!over) {
      await world.deliver();
      await Bun.sleep(2);
    }
  });
  for (const expected of [1, 2, 4, 8]) {
    await eventually(() => flight.answers.length === expected);
    // Another look finds no place, and so comes back at once.
    await world.deliver();
    flight.rounds.push(flight.answers.length);
    for (const answer of flight.answers.splice(0)) answer();
    await eventually(async () => ((await states())["accepted"] ?? 0) === 2 * expected - 1);
  }
  expect(flight.rounds).toEqual([1, 2, 4, 8]);
  const draining = setInterval(() => {
    for (const answer of flight.answers.splice(0)) answer();
  }, 5);
  await eventually(async () => (await states())["accepted"] === 40, { timeoutMs: 10_000 });
  over = true;
  await Promise.all(wakeUps);
  clearInterval(draining);
  const [number] = await world.db.rows`
    select unknown_streak, paused_until, send_credits, breaker_opened_at from integrations`;
  expect(number).toEqual({
    ...{ unknownStreak: 0, pausedUntil: null, sendCredits: null, breakerOpenedAt: null },
  });
}, 40_000);

test("what could not reach Meta at all opens it too, before every message has spent its tries", async () => {
  await queued(10);
  world.send = () => ({ kind: "not_sent", why: "ECONNREFUSED" });
  for (let round = 0; round < 4; round += 1) {
    await world.deliver();
    await world.db.rows`update messages set next_attempt_at = now()`;
  }
  expect(world.sends.length).toBeLessThanOrEqual(10);
  expect(await states()).toEqual({ queued: 10 });
  await rest();
  world.send = () => ({ kind: "accepted", wamid: newId() });
  await eventually(async () => {
    await world.deliver();
    return (await states())["accepted"] === 10;
  });
});

test("a refusal is a clear answer: it closes what unclear ones have opened", async () => {
  await queued(1);
  await world.db.rows`update integrations set unknown_streak = 3, paused_until = now()`;
  world.send = () => ({
    ...{ kind: "rejected", code: 131026, title: "Undeliverable", details: "", class: "recipient" },
  });
  await world.deliver();
  const [number] = await world.db.rows`select unknown_streak, send_credits from integrations`;
  expect(number).toEqual({ unknownStreak: 0, sendCredits: 2 });
});

/** The rows say the same as the rule, whatever happens in whatever order. */
test("the statements over rows are the rule of funnel/number-breaker", async () => {
  const { db, organizationId, integrationId } = world;
  const one = `(select '${organizationId}'::uuid as organization_id,
    '${integrationId}'::uuid as integration_id)`;
  let seed = 20_261_128;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((seed / 2 ** 31) * below);
  };
  let model: NumberBreaker = CLOSED;
  /** The rule's clock stands at 0; a pause is over, or it is not. */
  const isPaused = ({ pausedUntilMs }: NumberBreaker) => (pausedUntilMs ?? 0) > 0;
  for (let step = 0; step < 400; step += 1) {
    const what = random(10);
    if (what < 4) {
      const [row] = await db.rows<{ free: boolean }>`
        with ${db.fragment(takePlace(one))} select exists (select 1 from free) as free`;
      const next = afterClaim(model, 0);
      expect(row?.free).toBe(next !== null);
      model = next ?? model;
    } else if (what < 7) {
      await db.rows`${db.fragment(answerRows(one))}`;
      model = afterAnswer(model);
    } else if (what < 9) {
      await db.rows`${db.fragment(unclearRows(one))}`;
      model = afterUnclear(model, 0);
    } else {
      await rest();
      model = { ...model, pausedUntilMs: model.pausedUntilMs === null ? null : -1 };
    }
    const [row] = await db.rows<{ streak: number; credits: number | null; paused: boolean }>`
      select unknown_streak as streak, send_credits as credits,
        coalesce(paused_until > now(), false) as paused from integrations`;
    expect(row).toEqual({
      streak: model.unclearStreak,
      credits: model.credits,
      paused: isPaused(model),
    });
  }
}, 20_000);

describe("invariant 19: a row's attempts and waits survive a restart", () => {
  test("a send that Meta refuses for now is tried by the model's schedule, whoever sends, then fails", async () => {
    await queued(1);
    world.send = () => ({
      ...{ kind: "rejected", code: 130429, title: "Slow", details: "", class: "retry_later" },
    });
    for (let tries = 1; tries <= 8; tries += 1) {
      // A deliverer keeps nothing between wake-ups: each is as good as a new process.
      await world.deliver();
      const [row] = await world.db.rows<Waiting>`select id, state, attempts,
        extract(epoch from next_attempt_at - now()) * 1000 as in_ms
        from messages where direction = 'out'`;
      expect(row?.attempts).toBe(tries);
      if (tries === 8) expect(row?.state).toBe("failed");
      else {
        const delayMs = retryDelayMs("send", { tries, key: row?.id ?? "" });
        expect(Number(row?.inMs)).toBeWithin(delayMs - 2_000, delayMs + 1);
        await world.db.rows`update messages set next_attempt_at = now()`;
      }
    }
  });

  test("a Retry-After of Meta's is granted, and no more than an hour", async () => {
    await queued(1);
    for (const [asked, granted] of [
      [90, 90],
      [86_400, 3_600],
    ] as const) {
      world.send = () => ({
        ...{ kind: "rejected", code: 80007, title: "Slow", details: "", class: "retry_later" },
        retryAfterMs: asked * 1_000,
      });
      await world.deliver();
      const [row] = await world.db.rows<Waiting>`select id, state, attempts,
        extract(epoch from next_attempt_at - now()) * 1000 as in_ms
        from messages where direction = 'out'`;
      expect(Number(row?.inMs)).toBeWithin(granted * 1_000 - 2_000, granted * 1_000 + 1);
      await world.db.rows`update messages set next_attempt_at = now()`;
    }
  });
});

interface Waiting {
  id: string;
  state: string;
  attempts: number;
  inMs: string;
}
