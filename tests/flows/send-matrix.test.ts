import { afterAll, afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { CrashPoint } from "../../src/lib/crash-points.ts";
import { newId } from "../../src/lib/ids.ts";
import { choosePort } from "../../src/ops/embedded/port.ts";
import { dropLent, lentDatabase } from "../support/database.ts";
import { eventually } from "../support/wait.ts";
import { connectMeta, type Meta } from "./meta.ts";
import { createWorld, type World } from "./world.ts";

let world: World;
let meta: Meta;
beforeEach(async () => {
  world = await createWorld("send matrix", lentDatabase);
  meta = await connectMeta(world);
  world.send = (claim) => meta.post(claim);
  await world.receive({});
  await world.turn((await world.conversation()).id);
});
afterEach(async () => {
  await meta.stop();
  await world.close();
});
afterAll(dropLent);

const reply = async () => {
  const [first] = await world.outgoing();
  if (!first) throw new Error("There is no reply.");
  return first;
};
const inState = (state: string) => eventually(async () => (await reply()).state === state);
/** How often Meta took it. */
const taken = async () => (await meta.ledger()).length;

/** The process ends at that step. */
async function killedAt(step: CrashPoint): Promise<void> {
  world.crash = (at) => {
    if (at === step) throw new Error("killed");
  };
  await expect(world.deliver()).rejects.toThrow("killed");
  world.crash = () => {};
}

/** The sweep finds it overdue; later, that nothing came although webhooks did. */
async function overdue(): Promise<void> {
  await world.db.rows`update messages set send_deadline_at = now() - interval '1 second'
    where state = 'sending'`;
  await world.sweep();
}
async function silence({ ingress }: { ingress: boolean }): Promise<void> {
  await world.db.rows`update messages set send_deadline_at = now() - interval '2 minutes'
    where state = 'unknown'`;
  if (ingress) await world.db.rows`update integrations set last_ingress_at = now()`;
  await world.sweep();
}

/** The rows of reliability.md 4.2: what Meta has in the end, and what the message's row says. */
describe("the send matrix", () => {
  test("killed before `sending` was committed: nothing was sent, and it is tried freely", async () => {
    world.pace = () => {
      throw new Error("killed");
    };
    await expect(world.deliver()).rejects.toThrow("killed");
    expect([await taken(), (await reply()).state, (await reply()).attempts]).toEqual([
      0,
      "queued",
      0,
    ]);
    world.pace = () => null;
    await world.deliver();
    await inState("read");
    expect(await taken()).toBe(1);
  });

  test("killed after `sending`, before a byte left: unknown, then a person's task; never sent again", async () => {
    await killedAt("deliver:claimed");
    await overdue();
    expect(await reply()).toMatchObject({ state: "unknown", doubtAt: null });
    await world.deliver();
    await silence({ ingress: true });
    expect((await reply()).doubtAt).not.toBeNull();
    await world.deliver();
    expect(await taken()).toBe(0);
  });

  test("no connection: tried again, and sent once", async () => {
    const graphUrl = `http://127.0.0.1:${await choosePort(null)}`;
    world.send = (claim) => meta.post(claim, { graphUrl });
    await world.deliver();
    expect([await taken(), (await reply()).state, (await reply()).attempts]).toEqual([
      0,
      "queued",
      1,
    ]);
    world.send = (claim) => meta.post(claim);
    await world.db.rows`update messages set next_attempt_at = now()`;
    await world.deliver();
    await inState("read");
    expect(await taken()).toBe(1);
  });

  test.each([
    ["a reset after Meta took it", { kind: "accept_then_drop" }, 1],
    ["a reset before it did", { kind: "reset_before" }, 0],
    ["half an answer", { kind: "truncated" }, 1],
    ["a fault of Meta's own", { kind: "http_500" }, 0],
    ["a code that may have been delivered", { kind: "graph_code", code: 131016 }, 0],
  ] as const)("%s: unknown, and it stays at that", async (_, fault, count) => {
    meta.hold();
    await meta.fault(fault);
    await world.deliver();
    expect(await reply()).toMatchObject({ state: "unknown", attempts: 1 });
    await world.db.rows`update messages set next_attempt_at = now()`;
    await world.deliver();
    expect(await taken()).toBe(count);
    if (count === 0) return;
    // The status that echoes our id settles it.
    await eventually(async () => (await meta.ledger())[0]?.status === "read");
    await meta.release();
    await inState("read");
    expect((await reply()).wamid).toBe((await meta.ledger())[0]?.wamid ?? "");
    expect(await taken()).toBe(1);
  });

  test("no answer in time: unknown, until its status comes", async () => {
    await meta.fault({ kind: "slow", delayMs: 2_000 });
    meta.hold();
    world.send = (claim) => meta.post(claim, { deadlineMs: 200 });
    await world.deliver();
    expect(await reply()).toMatchObject({ state: "unknown" });
    await meta.release();
    await inState("read");
    expect(await taken()).toBe(1);
  });

  test("killed with Meta's yes in hand: the status brings the wamid, and it is not sent again", async () => {
    meta.hold();
    await killedAt("deliver:sent");
    expect(await reply()).toMatchObject({ state: "sending", wamid: null });
    await overdue();
    expect(await reply()).toMatchObject({ state: "unknown" });
    await eventually(async () => (await meta.ledger())[0]?.status === "read");
    await meta.release();
    await inState("read");
    await world.deliver();
    expect([await taken(), (await reply()).wamid !== null]).toEqual([1, true]);
  });

  test("a throttle: certainly not taken, sent later, once", async () => {
    await meta.fault({ kind: "graph_code", code: 130429 });
    await world.deliver();
    expect(await reply()).toMatchObject({ state: "queued", errorCode: 130429, attempts: 1 });
    expect(await taken()).toBe(0);
    await world.db.rows`update messages set next_attempt_at = now()`;
    await world.deliver();
    await inState("read");
    expect(await taken()).toBe(1);
  });

  test.each([
    [131026, { state: "failed", attempts: 1 }],
    [100, { state: "failed", attempts: 1 }],
    [190, { state: "queued", attempts: 0 }],
    [131047, { state: "cancelled", cancelReason: "window_closed" }],
    [131048, { state: "queued", attempts: 0 }],
    [131056, { state: "queued", attempts: 1 }],
  ] as const)("a refusal with %d: not taken, and what its class says", async (code, row) => {
    await meta.fault({ kind: "graph_code", code });
    await world.deliver();
    expect(await reply()).toMatchObject({ ...row, errorCode: code });
    await world.deliver();
    expect(await taken()).toBe(0);
  });

  test("a status before our own answer: it counts, and the answer changes nothing", async () => {
    await meta.fault({ kind: "slow", delayMs: 400 });
    const delivering = world.deliver();
    await inState("read");
    await delivering;
    expect(await reply()).toMatchObject({ state: "read", attempts: 1 });
    expect(await taken()).toBe(1);
  });

  test("taken, and failed afterwards: failed, and a person is called", async () => {
    await meta.fault({ kind: "fail_later", code: 131026 });
    await world.deliver();
    await inState("failed");
    expect(await reply()).toMatchObject({ errorCode: 131026, attempts: 1 });
    expect(await world.conversation()).toMatchObject({ attentionReason: "send_failed" });
    await world.deliver();
    expect(await taken()).toBe(1);
  });

  test("no status at all: silence counts only while our own ingress is heard", async () => {
    meta.hold();
    await meta.fault({ kind: "accept_then_drop" });
    await world.deliver();
    await silence({ ingress: false });
    expect(await reply()).toMatchObject({ state: "unknown", doubtAt: null });
    await silence({ ingress: true });
    expect((await reply()).doubtAt).not.toBeNull();
    expect(await world.conversation()).toMatchObject({ attentionReason: "send_in_doubt" });
    expect(await taken()).toBe(1);
  });

  test("sent again by a person, and the old one did arrive: both are kept, there is never a third", async () => {
    meta.hold();
    await meta.fault({ kind: "accept_then_drop" });
    await world.deliver();
    await silence({ ingress: true });
    await world.db.rows`
      with chat as (update conversations set last_seq = last_seq + 1 returning *)
      insert into messages (organization_id, id, conversation_id, integration_id, seq, direction,
        author, kind, text, state, priority, next_attempt_at, expires_at, fence, sent_at, resend_of)
      select c.organization_id, ${newId()}, c.id, c.integration_id, c.last_seq, 'out', 'human', 'text',
        m.text, 'queued', 0, now(), now() + interval '1 hour', c.fence, now(), m.id
      from chat c join messages m on m.conversation_id = c.id and m.direction = 'out'`;
    await world.deliver();
    await eventually(async () => (await meta.ledger()).every(({ status }) => status === "read"));
    await meta.release();
    await eventually(async () => (await world.outgoing()).every(({ state }) => state === "read"));
    const wamids = (await world.outgoing()).map(({ wamid }) => wamid);
    expect(wamids.toSorted()).toEqual((await meta.ledger()).map(({ wamid }) => wamid).toSorted());
    await world.deliver();
    expect(await taken()).toBe(2);
  });
});
