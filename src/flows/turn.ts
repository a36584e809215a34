import type { EntryOf } from "../../streams/messages.ts";
import { isLastTry, retryDelayMs, retryPolicies } from "../../streams/retry.ts";
import type { Db } from "../db/client.ts";
import { recordLlmCall } from "../db/queries/record-llm-call.ts";
import { reserveLlmCall } from "../db/queries/reserve-llm-call.ts";
import { endOf } from "../funnel/follow-up.ts";
import type { LlmCall, ToolResult, TurnContext, TurnDisposition } from "../funnel/turn.ts";
import type { Clock } from "../lib/clock.ts";
import type { CrashPoint } from "../lib/crash-points.ts";
import { AppError, errorCode, errorMessage } from "../lib/errors.ts";
import type { Log } from "../lib/log.ts";
import type { Thinker } from "../llm/thinker.ts";
import type { Announcer } from "./announce.ts";
import type { Append, Wakeup } from "./deps.ts";
import { askedPauseMs } from "./failure-class.ts";
import type { Calendar } from "./turn/calendar.ts";
import { type Claim, claimTurn, comeBackAt } from "./turn/claim.ts";
import { type CommitOutcome, commitTurn, type TurnResult } from "./turn/commit.ts";
import { loadContext, type Seen } from "./turn/context.ts";
import { decide, ghosted, postponed } from "./turn/decide.ts";
import { keepLease } from "./turn/lease.ts";
import { buryTurn, releaseTurn } from "./turn/release.ts";
import { createTools } from "./turn/tools.ts";
import { createTraceRecorder, type TraceRecorder } from "./turn/trace.ts";

export const MAX_TURN_ATTEMPTS = retryPolicies.turn.maxTries;

/** One deadline for all thinking of a turn; the lease is renewed for twice as long. */
const THINKING_DEADLINE_MS = 45_000;

/** Messages beyond the summary that make a new summary worth its price. */
const SUMMARIZE_AFTER = 12;

export interface TurnDeps {
  db: Db;
  clock: Clock;
  log: Log;
  workerId: string;
  thinker: Thinker;
  calendar: Calendar;
  announcer: Announcer;
  /** Shows "typing…" to the lead. Fire and forget. */
  showTyping(claim: Claim): void;
  /** Fault tests stop the process here. */
  crash(step: CrashPoint): void;
  onTurn(disposition: TurnDisposition | "lost"): void;
  onLlmCall(call: LlmCall, costUsd: number | null): void;
}

interface TurnDelivery {
  entry: EntryOf["turns"];
  signal: AbortSignal;
}

/** Handler of `turns`: claim → think → commit. A missed claim is acknowledged and left. */
export function createTurnHandler(deps: TurnDeps): (delivery: TurnDelivery) => Promise<void> {
  // By conversation this process is at. Claims of one go one after the other, and as long as any turn of it
  // runs here, a lease in our own name is that turn's and no leftover.
  const runs = new Map<string, { count: number; claiming: Promise<unknown> }>();
  return async ({ entry, signal }) => {
    const run = runs.get(entry.conversationId) ?? { count: 0, claiming: Promise.resolve() };
    const ownLeaseIsLeftover = run.count === 0;
    const claiming = run.claiming
      .catch(() => {})
      .then(() => claimFor(deps, entry, ownLeaseIsLeftover));
    run.claiming = claiming;
    run.count += 1;
    runs.set(entry.conversationId, run);
    try {
      await handleTurn(deps, { entry, signal }, claiming);
    } finally {
      run.count -= 1;
      if (run.count === 0) runs.delete(entry.conversationId);
    }
  };
}

async function claimFor(deps: TurnDeps, entry: EntryOf["turns"], ownLeaseIsLeftover: boolean) {
  return await claimTurn(deps.db, {
    organizationId: entry.organizationId,
    conversationId: entry.conversationId,
    cause: entry.cause,
    workerId: deps.workerId,
    now: deps.clock.now(),
    ownLeaseIsLeftover,
  });
}

async function handleTurn(
  deps: TurnDeps,
  { entry, signal }: TurnDelivery,
  claiming: Promise<Claim | undefined>,
): Promise<void> {
  const claim = await claiming;
  if (claim === undefined) return await comeBackWhenDue(deps, entry);
  deps.crash("turn:claimed");
  const ended = new AbortController();
  void keepLease(deps.db, claim, ended.signal);
  try {
    await runTurn(deps, claim, signal);
  } finally {
    ended.abort();
  }
}

async function comeBackWhenDue(deps: TurnDeps, entry: EntryOf["turns"]): Promise<void> {
  const at = await comeBackAt(deps.db, entry.organizationId, entry.conversationId);
  if (at) await deps.announcer.announce({ schedule: [wakeAt(entry, at)] });
}

async function runTurn(deps: TurnDeps, claim: Claim, signal: AbortSignal): Promise<void> {
  const trace = createTraceRecorder();
  if (claim.attempt > MAX_TURN_ATTEMPTS) {
    return await giveUp(deps, claim, "The worker kept dying.", trace);
  }
  try {
    const loaded = await loadContext(deps.db, claim, deps.clock.now());
    if (loaded === undefined) return deps.onTurn("lost");
    const result = await think(deps, claim, loaded, trace, signal);
    deps.crash("turn:thought");
    const committed = await commitTurn(deps.db, claim, loaded.seen, result, deps.clock.now());
    deps.crash("turn:committed");
    deps.onTurn(committed.outcome === "committed" ? result.disposition : committed.outcome);
    await announceTurn(deps, claim, result, committed);
  } catch (error) {
    if (errorCode(error) === "database_unavailable") throw error;
    await failTurn(deps, claim, error, trace, signal);
  }
}

async function think(
  deps: TurnDeps,
  claim: Claim,
  { context, seen }: { context: TurnContext; seen: Seen },
  trace: TraceRecorder,
  signal: AbortSignal,
): Promise<TurnResult> {
  if (context.followUpStep !== null && context.followUpStep >= endOf(seen.sequence)) {
    return ghosted(seen);
  }
  const later = postponed(context, seen);
  if (later !== null) return later;
  if (claim.cause !== "follow_up") deps.showTyping(claim);
  trace.saw(context, seen.messageSeqs);
  const subject = { ...context, messageId: seen.messageId };
  const runTools = createTools(deps);
  const toolResults: ToolResult[] = [];
  const thought = await deps.thinker.think(context, {
    deadlineMs: THINKING_DEADLINE_MS,
    signal,
    runTools: async (decision) => {
      toolResults.push(...(await runTools(context, decision)));
      return toolResults;
    },
    onAttempt: trace.attempted,
    reserve: (call, bounds) => reserveLlmCall(deps.db, subject, call, bounds),
    onCall: async (call) => {
      const { costUsd } = await recordLlmCall(deps.db, subject, call);
      deps.onLlmCall(call, costUsd);
    },
  });
  trace.judged(thought, toolResults);
  return { ...decide(thought, context, seen, toolResults), trace: trace.kept() };
}

async function announceTurn(
  deps: TurnDeps,
  claim: Claim,
  result: TurnResult,
  committed: CommitOutcome,
): Promise<void> {
  const { organizationId, conversationId, integrationId } = claim;
  const append: Append[] = [];
  if (committed.outcome === "committed" && result.reply !== null) {
    append.push({ stream: "outbound", entry: { v: 1, organizationId, integrationId } });
  }
  if (committed.outcome === "committed" && committed.unsummarized >= SUMMARIZE_AFTER) {
    append.push({ stream: "memory", entry: { v: 1, organizationId, conversationId } });
  }
  const schedule: Wakeup[] = [];
  if (committed.dueAt !== null) {
    schedule.push(
      wakeAt({ v: 1, organizationId, conversationId, cause: "message" }, new Date(committed.dueAt)),
    );
  }
  await deps.announcer.announce({ append, schedule, events: committed.events });
}

/** A turn that failed waits and tries again; after the last try a person is asked to look. */
async function failTurn(
  deps: TurnDeps,
  claim: Claim,
  error: unknown,
  trace: TraceRecorder,
  signal: AbortSignal,
): Promise<void> {
  const { conversationId, organizationId, turnId, attempt } = claim;
  deps.log.warn(
    { organizationId, conversationId, turnId, attempt, error: errorMessage(error) },
    "turn failed",
  );
  if (!signal.aborted && isLastTry("turn", attempt)) {
    return await giveUp(deps, claim, errorMessage(error), trace);
  }
  const retryAfterMs = askedPauseMs(error);
  const waitMs = retryDelayMs("turn", { tries: attempt, key: conversationId, retryAfterMs });
  const released = await releaseTurn(deps.db, claim, {
    delayMs: signal.aborted ? 0 : waitMs,
    spendsTry: !signal.aborted,
    error: errorMessage(error),
    now: deps.clock.now(),
    trace: trace.kept(),
  });
  if (released === undefined) return deps.onTurn("lost");
  deps.onTurn("released");
  const { dueAt, events } = released;
  await deps.announcer.announce({
    schedule: [wakeAt({ v: 1, organizationId, conversationId, cause: "retry" }, dueAt)],
    events,
  });
}

/** Rejects with `poison`, so that the entry ends in the dead letters where people look. */
async function giveUp(
  deps: TurnDeps,
  claim: Claim,
  why: string,
  trace: TraceRecorder,
): Promise<void> {
  const kept = { error: why, trace: trace.kept() };
  const events = await buryTurn(deps.db, claim, "turn_buried", kept);
  if (events === undefined) return deps.onTurn("lost");
  deps.onTurn("buried");
  await deps.announcer.announce({ events });
  throw new AppError("poison", `Turn given up after ${MAX_TURN_ATTEMPTS} tries: ${why}`, {
    turnId: claim.turnId,
  });
}

function wakeAt(entry: EntryOf["turns"], at: Date): Wakeup {
  return { append: { stream: "turns", entry }, atMs: at.getTime(), keep: "latest" };
}
