import type { EntryOf } from "../../streams/messages.ts";
import type { Db } from "../db/client.ts";
import type { Clock } from "../lib/clock.ts";
import type { CrashPoint } from "../lib/crash-points.ts";
import type { Log } from "../lib/log.ts";
import type { SendResult } from "../whatsapp/client.ts";
import type { Announcer } from "./announce.ts";
import { claimSend, type SendClaim } from "./deliver/claim.ts";
import { closeWindow } from "./deliver/close-window.ts";
import { type Outcome, paused, settle } from "./deliver/outcome.ts";
import { type Candidate, nextDueAt, pickCandidates, putOff } from "./deliver/pick.ts";
import { takeReach } from "./deliver/reach.ts";
import { createFileReadier, type NotUploaded, type UploadDeps } from "./deliver/upload.ts";
import type { Wakeup } from "./deps.ts";

/**
 * A claim is good for a POST within this. A process that was paused for longer may no longer send:
 * the sweep counts the message as doubtful by then and a person may have answered instead.
 */
const CLAIM_GOOD_FOR_MS = 4_000;

/** Messages of one number in flight from one wake-up. */
const CONCURRENT_SENDS = 8;

/** As often, and as long, a wake-up looks for more; then it comes back behind other numbers'. */
const ROUNDS = 4;
const ROUNDS_WITHIN_MS = 10_000;

/** While this process uploads as many files as it can, a further one waits so long. */
const UPLOAD_BUSY_MS = 2_000;

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
  upload: UploadDeps["upload"];
  /** Milliseconds that only go forward. */
  monotonicMs(): number;
  crash(step: CrashPoint): void;
  onSend(outcome: Outcome["kind"], code: number | null): void;
}

interface ReadyDeps extends DeliverDeps {
  readyFile: ReturnType<typeof createFileReadier>;
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
  given: DeliverDeps,
): (delivery: OutboundDelivery) => Promise<void> {
  const busy = new Set<string>();
  const deps = { ...given, readyFile: createFileReadier(given) };
  return async ({ entry, signal }) => {
    const { organizationId, integrationId } = entry;
    const number = { organizationId, integrationId };
    const append = { stream: "outbound", entry } as const;
    const untilMs = deps.monotonicMs() + ROUNDS_WITHIN_MS;
    const goesOn = (round: number) =>
      round === 0 || (round < ROUNDS && deps.monotonicMs() < untilMs);
    for (let round = 0; goesOn(round) && !signal.aborted; round += 1) {
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
  deps: ReadyDeps,
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

/** Answers as `deliverAll` does. */
async function deliverOne(
  deps: ReadyDeps,
  number: WhatsAppNumber,
  candidate: Candidate,
  signal: AbortSignal,
): Promise<number> {
  const { id: messageId, conversationId, sendsPerSecond } = candidate;
  const { organizationId } = number;
  const notUploaded = await deps.readyFile(number, candidate, signal);
  if (signal.aborted) return 0;
  if (notUploaded === "busy") {
    await putOff(deps.db, organizationId, messageId, UPLOAD_BUSY_MS);
    return 0;
  }
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
  if (claim !== null) await post(deps, claim, { claimedAtMs, told, notUploaded }, signal);
  await told;
  return 0;
}

/** Whether the portfolio may not write to another person yet. */
async function outOfReach(deps: DeliverDeps, { reach }: Candidate): Promise<PaceRefusal | null> {
  if (reach === null) return null;
  const refusal = await takeReach(deps.db, reach, deps.clock.now());
  return refusal && { ...refusal, of: "recipient" };
}

interface Attempt {
  claimedAtMs: number;
  /** People see that it is on its way. */
  told: Promise<void>;
  /** Meta does not have its file: it is settled as a send that never left. */
  notUploaded: NotUploaded | null;
}

async function post(
  deps: DeliverDeps,
  claim: SendClaim,
  { claimedAtMs, told, notUploaded }: Attempt,
  signal: AbortSignal,
): Promise<void> {
  deps.crash("deliver:claimed");
  const isFresh = deps.monotonicMs() - claimedAtMs < CLAIM_GOOD_FOR_MS;
  const result: Outcome = notUploaded ?? (isFresh ? await deps.send(claim, signal) : paused);
  deps.crash("deliver:sent");
  deps.onSend(result.kind, result.kind === "rejected" ? result.code : null);
  await told;
  await deps.announcer.announce({ events: await settle(deps, claim, result) });
  deps.crash("deliver:settled");
}
