import type { EntryOf } from "../../streams/messages.ts";
import type { Db } from "../db/client.ts";
import { turnRetryDelayMs } from "../funnel/backoff.ts";
import type { CrashPoint } from "../lib/crash-points.ts";
import type { LiveEvent } from "../lib/events.ts";
import type { Log } from "../lib/log.ts";
import type { SendResult } from "../whatsapp/client.ts";
import type { Announcer } from "./announce.ts";
import { claimSend, type SendClaim } from "./deliver/claim.ts";
import { type Candidate, nextDueAt, pickCandidates, putOff } from "./deliver/pick.ts";
import { settleAccepted, settleFailed, settleRetry, settleUnknown } from "./deliver/settle.ts";
import { applyParked } from "./receipt/apply.ts";

/** Tries of a message that Meta certainly did not take, before it counts as failed. */
const MAX_SEND_ATTEMPTS = 8;

/**
 * A claim is good for a POST within this. A process that was paused for longer may no longer send:
 * the sweep counts the message as doubtful by then and a person may have answered instead.
 */
const CLAIM_GOOD_FOR_MS = 4_000;

/** Messages of one number in flight from one wake-up. */
const CONCURRENT_SENDS = 8;

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
  onSend(outcome: SendResult["kind"], code: number | null): void;
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
    while (!signal.aborted) {
      const candidates = await pickCandidates(deps.db, number, [...busy], CONCURRENT_SENDS);
      if (candidates.length === 0) break;
      await deliverAll(deps, number, candidates, busy, signal);
    }
    const dueAt = await nextDueAt(deps.db, number);
    if (dueAt === undefined) return;
    await deps.announcer.announce({
      schedule: [
        { append: { stream: "outbound", entry }, atMs: dueAt.getTime(), keep: "earliest" },
      ],
    });
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
  const result: SendResult = isFresh
    ? await deps.send(claim, signal)
    : { kind: "not_sent", why: "The process was paused after the claim." };
  deps.crash("deliver:sent");
  deps.onSend(result.kind, result.kind === "rejected" ? result.code : null);
  await told;
  await deps.announcer.announce({ events: await settle(deps, claim, result) });
  deps.crash("deliver:settled");
}

async function settle(
  deps: DeliverDeps,
  claim: SendClaim,
  result: SendResult,
): Promise<LiveEvent[]> {
  switch (result.kind) {
    case "accepted": {
      const events = await settleAccepted(deps.db, claim, result.wamid);
      return [...events, ...(await applyParked(deps.db, [result.wamid]))];
    }
    case "unknown":
      logSend(deps, claim, "send in doubt", { why: result.why });
      return await settleUnknown(deps.db, claim, result.why);
    case "not_sent":
      return await retryOrFail(deps, claim, { code: null, text: result.why, waitMs: 0 });
    case "rejected": {
      const text = [result.title, result.details].filter(Boolean).join(": ");
      if (result.class === "retry_later") {
        const waitMs = result.retryAfterMs ?? 0;
        return await retryOrFail(deps, claim, { code: result.code, text, waitMs });
      }
      logSend(deps, claim, "send refused", { code: result.code, title: result.title });
      return await settleFailed(deps.db, claim, { code: result.code, text });
    }
  }
}

async function retryOrFail(
  deps: DeliverDeps,
  claim: SendClaim,
  { code, text, waitMs }: { code: number | null; text: string; waitMs: number },
): Promise<LiveEvent[]> {
  if (claim.attempt >= MAX_SEND_ATTEMPTS) return await settleFailed(deps.db, claim, { code, text });
  const delayMs = Math.max(waitMs, turnRetryDelayMs(claim.attempt));
  logSend(deps, claim, "send put off", { code, why: text, delayMs });
  return await settleRetry(deps.db, claim, { delayMs, code, text });
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
