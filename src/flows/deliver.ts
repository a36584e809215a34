import type { EntryOf } from "../../streams/messages.ts";
import { isLastTry, retryDelayMs } from "../../streams/retry.ts";
import type { Db } from "../db/client.ts";
import type { Clock } from "../lib/clock.ts";
import type { CrashPoint } from "../lib/crash-points.ts";
import type { LiveEvent } from "../lib/events.ts";
import type { Log } from "../lib/log.ts";
import type { SendResult } from "../whatsapp/client.ts";
import { type GraphErrorClass, graphErrorEffect } from "../whatsapp/error-catalogue.ts";
import type { Announcer } from "./announce.ts";
import { claimSend, type SendClaim } from "./deliver/claim.ts";
import { closeWindow, settleWindowClosed } from "./deliver/close-window.ts";
import { applyEffect } from "./deliver/effects.ts";
import { type Candidate, nextDueAt, pickCandidates, putOff } from "./deliver/pick.ts";
import { takeReach } from "./deliver/reach.ts";
import {
  type Meta,
  settleAccepted,
  settleFailed,
  settleRetry,
  settleUnknown,
} from "./deliver/settle.ts";
import { settleHeld, settleReturned } from "./deliver/settle-refused.ts";
import type { Wakeup } from "./deps.ts";
import { applyParked } from "./receipt/apply.ts";
import { announceApplied } from "./receipt/follow.ts";

/**
 * A claim is good for a POST within this. A process that was paused for longer may no longer send:
 * the sweep counts the message as doubtful by then and a person may have answered instead.
 */
const CLAIM_GOOD_FOR_MS = 4_000;

/** Refusals whose cause can be put right, after which the same message may go out. */
const REPARABLE: ReadonlySet<GraphErrorClass> = new Set(["paused", "template", "ours"]);

/** Messages of one number in flight from one wake-up. */
const CONCURRENT_SENDS = 8;

/** As often a wake-up looks for more; then it makes room, and comes back behind other numbers'. */
const ROUNDS = 4;

/** How long to wait, and whether that is for the number as a whole or for this recipient. */
export interface PaceRefusal {
  retryAfterMs: number;
  of: "number" | "recipient";
}

export interface DeliverDeps {
  db: Db;
  clock: Clock;
  log: Log;
  announcer: Announcer;
  /** May this number write to this recipient now? */
  pace(
    number: WhatsAppNumber & Pick<Candidate, "sendsPerSecond">,
    recipient: string,
  ): Promise<PaceRefusal | null>;
  /** One POST to the Graph API; never rejects. */
  send(claim: SendClaim, signal: AbortSignal): Promise<SendResult>;
  /** Milliseconds that only go forward. */
  monotonicMs(): number;
  crash(step: CrashPoint): void;
  onSend(outcome: Outcome["kind"], code: number | null): void;
}

interface WhatsAppNumber {
  organizationId: string;
  integrationId: string;
}

interface OutboundDelivery {
  entry: EntryOf["outbound"];
  signal: AbortSignal;
}

/** Handler of `outbound`: sends what the number has waiting, then comes back when more is due. */
export function createDeliverHandler(
  deps: DeliverDeps,
): (delivery: OutboundDelivery) => Promise<void> {
  const busy = new Set<string>();
  return async ({ entry, signal }) => {
    const { organizationId, integrationId } = entry;
    const number = { organizationId, integrationId };
    const append = { stream: "outbound", entry } as const;
    for (let round = 0; round < ROUNDS && !signal.aborted; round += 1) {
      const candidates = await pickCandidates(deps.db, number, {
        busyIds: [...busy],
        limit: CONCURRENT_SENDS,
        now: deps.clock.now(),
      });
      if (candidates.length === 0) return await comeBackWhenDue(deps, number, append);
      const waitMs = await deliverAll(deps, number, candidates, busy, signal);
      // Nothing is put off: whoever has priority by then goes first.
      if (waitMs > 0) return await comeBack(deps, append, Date.now() + waitMs);
    }
    await deps.announcer.announce({ append: [append] });
  };
}

async function comeBackWhenDue(
  deps: DeliverDeps,
  number: WhatsAppNumber,
  append: Wakeup["append"],
): Promise<void> {
  const dueAt = await nextDueAt(deps.db, number);
  if (dueAt !== undefined) await comeBack(deps, append, dueAt.getTime());
}

async function comeBack(deps: DeliverDeps, append: Wakeup["append"], atMs: number): Promise<void> {
  await deps.announcer.announce({ schedule: [{ append, atMs, keep: "earliest" }] });
}

/**
 * Asks for the pace in the order of the candidates, then sends side by side. Waits for every send before
 * it passes a failure on: none may be left running unobserved. Answers how long the number as a whole
 * has to wait, in milliseconds; 0: it need not.
 */
async function deliverAll(
  deps: DeliverDeps,
  number: WhatsAppNumber,
  candidates: readonly Candidate[],
  busy: Set<string>,
  signal: AbortSignal,
): Promise<number> {
  const settled = await Promise.allSettled(
    candidates.map(async (candidate) => {
      busy.add(candidate.id);
      try {
        return await deliverOne(deps, number, candidate, signal);
      } finally {
        busy.delete(candidate.id);
      }
    }),
  );
  const failure = settled.find((one) => one.status === "rejected");
  if (failure) throw failure.reason;
  return Math.max(...settled.map((one) => (one.status === "fulfilled" ? one.value : 0)));
}

/** What became of a claim. `paused` says nothing of Meta: it was not asked. */
type Outcome = SendResult | typeof paused;
const paused = { kind: "paused", why: "The process was paused after the claim." } as const;

/** Answers as `deliverAll` does. */
async function deliverOne(
  deps: DeliverDeps,
  number: WhatsAppNumber,
  candidate: Candidate,
  signal: AbortSignal,
): Promise<number> {
  const { id: messageId, conversationId, sendsPerSecond } = candidate;
  const { organizationId } = number;
  const pace =
    (await outOfReach(deps, candidate)) ??
    (await deps.pace({ ...number, sendsPerSecond }, candidate.recipient));
  if (pace?.of === "number") return pace.retryAfterMs;
  if (pace) {
    await putOff(deps.db, organizationId, messageId, pace.retryAfterMs);
    return 0;
  }
  const claimedAtMs = deps.monotonicMs();
  const target = { organizationId, conversationId, messageId };
  const { claim, windowClosed, events } = await claimSend(deps.db, target, deps.clock.now());
  if (windowClosed) events.push(...(await closeWindow(deps.db, target, deps.clock.now())));
  // Not awaited before the POST: people see that it is on its way, the lead does not wait for that.
  const told = deps.announcer.announce({ events });
  if (claim !== null) await post(deps, claim, { claimedAtMs, told }, signal);
  await told;
  return 0;
}

/** Whether the portfolio may not write to another person yet. */
async function outOfReach(deps: DeliverDeps, { reach }: Candidate): Promise<PaceRefusal | null> {
  if (reach === null) return null;
  const refusal = await takeReach(deps.db, reach, deps.clock.now());
  return refusal && { ...refusal, of: "recipient" };
}

async function post(
  deps: DeliverDeps,
  claim: SendClaim,
  { claimedAtMs, told }: { claimedAtMs: number; told: Promise<void> },
  signal: AbortSignal,
): Promise<void> {
  deps.crash("deliver:claimed");
  const isFresh = deps.monotonicMs() - claimedAtMs < CLAIM_GOOD_FOR_MS;
  const result: Outcome = isFresh ? await deps.send(claim, signal) : paused;
  deps.crash("deliver:sent");
  deps.onSend(result.kind, result.kind === "rejected" ? result.code : null);
  await told;
  await deps.announcer.announce({ events: await settle(deps, claim, result) });
  deps.crash("deliver:settled");
}

async function settle(deps: DeliverDeps, claim: SendClaim, result: Outcome): Promise<LiveEvent[]> {
  switch (result.kind) {
    case "accepted": {
      const now = deps.clock.now();
      const events = await settleAccepted(deps.db, claim, result.wamid, now);
      const parked = await applyParked(deps.db, [result.wamid], now);
      await announceApplied(deps, { ...parked, events: [...events, ...parked.events] });
      return [];
    }
    case "unknown":
      logSend(deps, claim, "send in doubt", { why: result.why });
      return await settleUnknown(deps.db, claim, result.why);
    case "not_sent":
      return await retryOrFail(deps, claim, { code: null, text: result.why, meta: "unreachable" });
    case "paused":
      return await retryOrFail(deps, claim, { code: null, text: result.why, meta: "not_asked" });
    case "rejected":
      return await settleRefusal(deps, claim, result);
  }
}

/** The message by the class of Meta's refusal, and beyond it what the catalogue says. */
async function settleRefusal(
  deps: DeliverDeps,
  claim: SendClaim,
  {
    code,
    title,
    details,
    class: kind,
    retryAfterMs = 0,
  }: Extract<SendResult, { kind: "rejected" }>,
): Promise<LiveEvent[]> {
  const text = [title, details].filter(Boolean).join(": ");
  const effect = graphErrorEffect(code)?.kind;
  if (kind === "retry_later") {
    if (effect === "hold_recipient" && !isLastTry("send", claim.attempt)) {
      return await settleHeld(deps.db, claim, { code, text }, retryAfterMs);
    }
    const why = { code, text, meta: "answered" } as const;
    return await retryOrFail(deps, claim, why, retryAfterMs);
  }
  logSend(deps, claim, "send refused", { code, title });
  if (kind === "window_closed") {
    return await settleWindowClosed(deps.db, claim, { code, text }, deps.clock.now());
  }
  const waits = effect === "stop_number" || (effect === "pause_bot" && claim.author !== "human");
  const letter = REPARABLE.has(kind) ? "refused" : null;
  const settled = waits
    ? await settleReturned(deps.db, claim, { code, text })
    : await settleFailed(deps.db, claim, { code, text, meta: "answered", letter });
  const template = claim.content?.type === "template" ? claim.content : null;
  return [...settled, ...(await applyEffect(deps.db, { ...claim, template, code, text }))];
}

async function retryOrFail(
  deps: DeliverDeps,
  claim: SendClaim,
  why: { code: number | null; text: string; meta: Meta },
  retryAfterMs = 0,
): Promise<LiveEvent[]> {
  const { attempt: tries, messageId: key } = claim;
  if (isLastTry("send", tries)) {
    return await settleFailed(deps.db, claim, { ...why, letter: "exhausted" });
  }
  const delayMs = retryDelayMs("send", { tries, key, retryAfterMs });
  logSend(deps, claim, "send put off", { ...why, delayMs });
  return await settleRetry(deps.db, claim, { ...why, delayMs });
}

function logSend(
  deps: DeliverDeps,
  claim: SendClaim,
  message: string,
  facts: Readonly<Record<string, unknown>>,
): void {
  const { organizationId, conversationId, messageId, attempt } = claim;
  deps.log.warn({ organizationId, conversationId, messageId, attempt, ...facts }, message);
}
