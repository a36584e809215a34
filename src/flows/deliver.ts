import type { EntryOf } from "../../streams/messages.ts";
import { isLastTry, retryDelayMs } from "../../streams/retry.ts";
import type { Db } from "../db/client.ts";
import type { CrashPoint } from "../lib/crash-points.ts";
import type { LiveEvent } from "../lib/events.ts";
import type { Log } from "../lib/log.ts";
import type { SendResult } from "../whatsapp/client.ts";
import type { GraphErrorClass } from "../whatsapp/error-catalogue.ts";
import type { Announcer } from "./announce.ts";
import { claimSend, type SendClaim } from "./deliver/claim.ts";
import { type Candidate, nextDueAt, pickCandidates, putOff } from "./deliver/pick.ts";
import {
  type Meta,
  settleAccepted,
  settleFailed,
  settleRetry,
  settleUnknown,
} from "./deliver/settle.ts";
import { applyParked } from "./receipt/apply.ts";

/**
 * A claim is good for a POST within this. A process that was paused for longer may no longer send:
 * the sweep counts the message as doubtful by then and a person may have answered instead.
 */
const CLAIM_GOOD_FOR_MS = 4_000;

/** Refusals whose cause can be put right, after which the same message may go out. */
const REPARABLE: ReadonlySet<GraphErrorClass> = new Set([
  "auth",
  "account",
  "paused",
  "template",
  "ours",
]);

/** Messages of one number in flight from one wake-up. */
const CONCURRENT_SENDS = 8;

/** As often a wake-up looks for more; then it makes room, and comes back behind other numbers'. */
const ROUNDS = 4;

export interface DeliverDeps {
  db: Db;
  log: Log;
  announcer: Announcer;
  /** May this number write to this recipient now? Says how long to wait if not. */
  pace(number: WhatsAppNumber, recipient: string): Promise<{ retryAfterMs: number } | null>;
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
      const candidates = await pickCandidates(deps.db, number, [...busy], CONCURRENT_SENDS);
      if (candidates.length === 0) {
        const dueAt = await nextDueAt(deps.db, number);
        if (dueAt === undefined) return;
        const wakeup = { append, atMs: dueAt.getTime(), keep: "earliest" } as const;
        return await deps.announcer.announce({ schedule: [wakeup] });
      }
      await deliverAll(deps, number, candidates, busy, signal);
    }
    await deps.announcer.announce({ append: [append] });
  };
}

/** Waits for every send before it passes a failure on: none may be left running unobserved. */
async function deliverAll(
  deps: DeliverDeps,
  number: WhatsAppNumber,
  candidates: readonly Candidate[],
  busy: Set<string>,
  signal: AbortSignal,
): Promise<void> {
  const settled = await Promise.allSettled(
    candidates.map(async (candidate) => {
      busy.add(candidate.id);
      try {
        await deliverOne(deps, number, candidate, signal);
      } finally {
        busy.delete(candidate.id);
      }
    }),
  );
  const failure = settled.find((one) => one.status === "rejected");
  if (failure) throw failure.reason;
}

/** What became of a claim. `paused` says nothing of Meta: it was not asked. */
type Outcome = SendResult | typeof paused;
const paused = { kind: "paused", why: "The process was paused after the claim." } as const;

async function deliverOne(
  deps: DeliverDeps,
  number: WhatsAppNumber,
  candidate: Candidate,
  signal: AbortSignal,
): Promise<void> {
  const pace = await deps.pace(number, candidate.recipient);
  if (pace !== null) {
    return await putOff(deps.db, number.organizationId, candidate.id, pace.retryAfterMs);
  }
  const claimedAtMs = deps.monotonicMs();
  const { claim, events } = await claimSend(
    deps.db,
    number.organizationId,
    candidate.conversationId,
    candidate.id,
  );
  // Not awaited before the POST: people see that it is on its way, the lead does not wait for that.
  const told = deps.announcer.announce({ events });
  if (claim === null) return await told;
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
      const events = await settleAccepted(deps.db, claim, result.wamid);
      return [...events, ...(await applyParked(deps.db, [result.wamid]))];
    }
    case "unknown":
      logSend(deps, claim, "send in doubt", { why: result.why });
      return await settleUnknown(deps.db, claim, result.why);
    case "not_sent":
      return await retryOrFail(deps, claim, { code: null, text: result.why, meta: "unreachable" });
    case "paused":
      return await retryOrFail(deps, claim, { code: null, text: result.why, meta: "not_asked" });
    case "rejected": {
      const text = [result.title, result.details].filter(Boolean).join(": ");
      if (result.class === "retry_later") {
        const why = { code: result.code, text, meta: "answered" } as const;
        return await retryOrFail(deps, claim, why, result.retryAfterMs);
      }
      logSend(deps, claim, "send refused", { code: result.code, title: result.title });
      const letter = REPARABLE.has(result.class) ? "refused" : null;
      const failure = { code: result.code, text, meta: "answered", letter } as const;
      return await settleFailed(deps.db, claim, failure);
    }
  }
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
