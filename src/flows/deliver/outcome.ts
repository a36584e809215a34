import { isLastTry, retryDelayMs } from "../../../streams/retry.ts";
import type { Db } from "../../db/client.ts";
import type { Clock } from "../../lib/clock.ts";
import type { LiveEvent } from "../../lib/events.ts";
import type { Log } from "../../lib/log.ts";
import type { SendResult } from "../../whatsapp/client.ts";
import {
  type GraphErrorClass,
  graphError,
  graphErrorEffect,
} from "../../whatsapp/error-catalogue.ts";
import type { Announcer } from "../announce.ts";
import { applyParked } from "../receipt/apply.ts";
import { announceApplied } from "../receipt/follow.ts";
import type { SendClaim } from "./claim.ts";
import { settleWindowClosed } from "./close-window.ts";
import { applyEffects } from "./effects.ts";
import { type Meta, settleAccepted, settleFailed, settleRetry, settleUnknown } from "./settle.ts";
import { settleHeld, settleReturned } from "./settle-refused.ts";
import { forgetUpload, type NotUploaded } from "./upload.ts";

/** Refusals whose cause can be put right, after which the same message may go out. */
const REPARABLE: ReadonlySet<GraphErrorClass> = new Set(["paused", "template", "ours"]);

/** What Meta says when it does not know a file, or could not use it: it is uploaded anew. */
const FILE_UNKNOWN: ReadonlySet<number> = new Set([100, 131053]);

/** What became of a claim. `paused` says nothing of Meta: it was not asked. */
export type Outcome = SendResult | NotUploaded | typeof paused;
export const paused = { kind: "paused", why: "The process was paused after the claim." } as const;

interface SettleDeps {
  db: Db;
  clock: Clock;
  log: Log;
  announcer: Announcer;
}

/** Records what became of a claim. Answers the live events that are not announced yet. */
export async function settle(
  deps: SettleDeps,
  claim: SendClaim,
  result: Outcome,
): Promise<LiveEvent[]> {
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
    case "not_uploaded":
      return await retryOrFail(deps, claim, { code: null, text: result.why, meta: "not_asked" });
    case "rejected":
      return await settleRefusal(deps, claim, result);
  }
}

/** The message by the class of Meta's refusal, and beyond it what the catalogue says. */
async function settleRefusal(
  deps: SettleDeps,
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
  if (FILE_UNKNOWN.has(code) && claim.metaMediaId !== null) await forgetUpload(deps.db, claim);
  if (kind === "retry_later") {
    if (effect === "hold_recipient" && !isLastTry("send", claim.attempt)) {
      return await settleHeld(deps.db, claim, { code, text }, retryAfterMs);
    }
    const { waitMs = 0, maxTries } = graphError(code);
    const why = { code, text, meta: "answered", maxTries } as const;
    return await retryOrFail(deps, claim, why, Math.max(waitMs, retryAfterMs));
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
  return [...settled, ...(await applyEffects(deps.db, [{ ...claim, template, code, text }]))];
}

interface Reason {
  code: number | null;
  text: string;
  meta: Meta;
  /** Where that is fewer than usual. */
  maxTries?: number | undefined;
}

async function retryOrFail(
  deps: SettleDeps,
  claim: SendClaim,
  { maxTries = Number.POSITIVE_INFINITY, ...why }: Reason,
  retryAfterMs = 0,
): Promise<LiveEvent[]> {
  const { attempt: tries, messageId: key } = claim;
  if (isLastTry("send", tries) || tries >= maxTries) {
    return await settleFailed(deps.db, claim, { ...why, letter: "exhausted" });
  }
  const delayMs = retryDelayMs("send", { tries, key, retryAfterMs });
  logSend(deps, claim, "send put off", { ...why, delayMs });
  return await settleRetry(deps.db, claim, { ...why, delayMs });
}

function logSend(
  deps: SettleDeps,
  claim: SendClaim,
  message: string,
  facts: Readonly<Record<string, unknown>>,
): void {
  const { organizationId, conversationId, messageId, attempt } = claim;
  deps.log.warn({ organizationId, conversationId, messageId, attempt, ...facts }, message);
}
