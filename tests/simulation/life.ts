import { expect } from "bun:test";
import type { SendClaim } from "../../src/flows/deliver/claim.ts";
import { newId } from "../../src/lib/ids.ts";
import { release, takeOver } from "../../src/modules/conversations/service.ts";
import { callbackDataOf } from "../../src/whatsapp/callback-data.ts";
import { decision } from "../flows/world.ts";
import type { Random } from "./random.ts";
import type { Sending, Stage, Worker } from "./stage.ts";

const STATUSES = ["sent", "delivered", "read", "failed"] as const;

/** How far a state is; a message never goes back, but for a try that certainly failed. */
const RANK: Readonly<Record<string, number>> = {
  queued: 0,
  sending: 1,
  unknown: 2,
  failed: 3.5,
  accepted: 3,
  sent: 4,
  delivered: 5,
  read: 6,
  cancelled: 9,
};

/** One lead's conversation, its ledger at Meta, and what must hold of both at any time. */
export async function createLife(stage: Stage, seed: number) {
  const { db, organizationId } = stage;
  const person = { phone: `1${seed}`, bsuid: `US.${seed}`, username: null, name: "Ann" };
  const userId = newId();
  const written: { wamid: string; text: string }[] = [];
  /** POSTs that Meta may have taken, by message. */
  const ledger = new Map<string, { posts: number; wamid: string; claim: SendClaim }>();
  const states = new Map<string, string>();
  let zombies = 0;
  let versions = { version: 0, leaseEpoch: 0 };

  const receive = (message: { wamid: string; text: string }) =>
    stage.receive({ ...message, from: person });
  const write = async (text: string) => {
    const message = { wamid: `wamid.in.${newId()}`, text };
    written.push(message);
    await receive(message);
  };
  await write("Hi");
  const [first] = await db.rows<{ id: string }>`
    select id from conversations where organization_id = ${organizationId}
      and phone = ${person.phone}`;
  const id = String(first?.id);

  const row = async () => {
    const [found] = await db.rows<{
      mode: string;
      optedOutAt: Date | null;
      wakeSeq: number;
      handledSeq: number;
      version: number;
      leaseEpoch: number;
    }>`select mode, opted_out_at, wake_seq, handled_seq, version, lease_epoch
      from conversations where id = ${id}`;
    if (found === undefined) throw new Error("The conversation is gone.");
    return found;
  };
  const messages = () =>
    db.rows<{ id: string; author: string; state: string; wamid: string | null; seq: number }>`
      select id, author, state, wamid, seq from messages where conversation_id = ${id}
      order by seq`;

  /** Right after the claim: nothing else ran in between. */
  async function onPost(claim: SendClaim): Promise<void> {
    const { mode, optedOutAt } = await row();
    if (claim.author === "bot") expect([mode, optedOutAt]).toEqual(["bot", null]);
    const posts = (ledger.get(claim.messageId)?.posts ?? 0) + 1;
    ledger.set(claim.messageId, { posts, wamid: `wamid.out.${newId()}`, claim });
  }

  stage.watchPosts(onPost);

  const acceptance = ({ claim }: Sending) => ({
    kind: "accepted" as const,
    wamid: ledger.get(claim.messageId)?.wamid ?? "",
  });
  /** It certainly did not arrive: the ledger forgets it, and it may be tried again. */
  const refused = async (sending: Sending) => {
    ledger.delete(sending.claim.messageId);
    await sending.answer({ kind: "not_sent", why: "No connection." });
  };
  const timePasses = async () => {
    await db.rows`update conversations set due_at = least(due_at, now()) where id = ${id}`;
    await db.rows`update messages set next_attempt_at = least(next_attempt_at, now())
      where conversation_id = ${id}`;
    await db.rows`update integrations set paused_until = null where paused_until is not null`;
  };
  const receiptFor = async (messageId: string, status: (typeof STATUSES)[number]) => {
    const posted = ledger.get(messageId);
    if (posted === undefined) return;
    const { wamid, claim } = posted;
    await stage.receipt({ wamid, status, callbackData: callbackDataOf(messageId, claim.attempt) });
  };

  return {
    ledger,
    zombies: () => zombies,
    write,
    stop: async () => {
      await write("STOP");
      for (const one of stage.thinking) one.zombie = true;
    },
    writeAgain: async (random: Random) => {
      const old = random.pick(written);
      if (old) await receive(old);
    },
    turn: (worker: Worker) => stage.startTurn(worker, id),
    deliver: (worker: Worker) => stage.startDelivery(worker),
    timePasses,
    takeOver: async () => {
      await db.transaction((tx) => takeOver(tx, organizationId, id, userId)).catch(() => {});
      // What thinks now will be fenced: after a release another may think beside it.
      for (const one of stage.thinking) one.zombie = true;
    },
    release: () =>
      db.transaction((tx) => release(tx, organizationId, id, userId, false)).catch(() => {}),
    /** Their workers are paused for longer than a lease lasts; later they think they still have it. */
    loseTurns: async () => {
      if (stage.thinking.every(({ zombie }) => zombie)) return;
      for (const one of stage.thinking) one.zombie = true;
      zombies += 1;
      await db.rows`update conversations set lease_until = now() - interval '1 second'
        where id = ${id} and lease_owner is not null`;
    },
    /** Nobody records how the POST ended until its deadline is past. */
    loseSend: async (random: Random) => {
      const lost = random.pick(stage.sending);
      if (lost === undefined || lost.zombie) return;
      lost.zombie = true;
      zombies += 1;
      await db.rows`update messages set send_deadline_at = now() - interval '1 second'
        where id = ${lost.claim.messageId}`;
    },
    end: async (sending: Sending, random: Random) => {
      if (random.chance(60)) await sending.answer(acceptance(sending));
      else if (random.chance(50)) await sending.answer({ kind: "unknown", why: "No answer." });
      // A zombie's message was given up: what it says later is too late to try again.
      else if (!sending.zombie) await refused(sending);
    },
    receipt: async (random: Random) => {
      const messageId = random.pick([...ledger.keys()]);
      const status = random.pick(STATUSES);
      if (messageId && status) await receiptFor(messageId, status);
    },
    /** What holds after every step. */
    check: async () => {
      // Both workers live: a lease is lost only where the schedule says so.
      await db.rows`update workers set seen_at = now()`;
      const living = stage.thinking.filter(({ zombie }) => !zombie);
      expect(living.length).toBeLessThanOrEqual(1);
      for (const { posts } of ledger.values()) expect(posts).toBe(1);
      const now = await row();
      expect(now.handledSeq).toBeLessThanOrEqual(now.wakeSeq);
      expect(now.version).toBeGreaterThanOrEqual(versions.version);
      expect(now.leaseEpoch).toBeGreaterThanOrEqual(versions.leaseEpoch);
      versions = now;
      const all = await messages();
      for (const { id: messageId, state } of all) {
        expectForward(states.get(messageId), state);
        states.set(messageId, state);
      }
      const wamids = all.flatMap(({ wamid }) => wamid ?? []);
      expect(new Set(wamids).size).toBe(wamids.length);
    },
    /** Every process does its work, Meta tells what became of each send, and time goes by. */
    settle: async () => {
      for (let round = 0; round < 8; round += 1) {
        for (const one of [...stage.thinking]) await one.answer({ kind: "no_reply", decision });
        for (const one of [...stage.sending]) await one.answer(acceptance(one));
        for (const messageId of ledger.keys()) await receiptFor(messageId, "delivered");
        await db.rows`update messages set send_deadline_at = now() - interval '11 minutes'
          where conversation_id = ${id} and state in ('sending', 'unknown')`;
        await timePasses();
        await stage.sweep();
        await stage.startTurn("w1", id);
        await stage.startDelivery("w1");
      }
    },
    checkSettled: async () => {
      const answers = await db.rows<{ seenWakeSeq: number }>`
        select seen_wake_seq from turns where conversation_id = ${id} and disposition = 'replied'
        order by finished_at`;
      const seen = answers.map(({ seenWakeSeq }) => seenWakeSeq);
      expect(seen).toEqual([...new Set(seen)].toSorted((one, other) => one - other));
      const { mode, optedOutAt, wakeSeq, handledSeq } = await row();
      if (mode === "bot" && optedOutAt === null) expect(handledSeq).toBe(wakeSeq);
      const all = await messages();
      const stuck = all.filter(({ state }) => state === "queued" || state === "sending");
      expect(stuck).toEqual([]);
      const inbound = all.filter(({ author }) => author === "lead").map(({ wamid }) => wamid);
      expect(inbound.toSorted()).toEqual(written.map(({ wamid }) => wamid).toSorted());
      const known = all.filter(({ id: one }) => ledger.has(one)).map(({ state }) => state);
      expect(known.filter((state) => (RANK[state] ?? 0) < 5)).toEqual([]);
    },
  };
}

function expectForward(before: string | undefined, now: string): void {
  if (before === undefined || before === now) return;
  const isRetry = before === "sending" && now === "queued";
  if (isRetry) return;
  expect([before, now, (RANK[now] ?? -1) > (RANK[before] ?? -1)]).toEqual([before, now, true]);
  expect(before).not.toBe("cancelled");
}
