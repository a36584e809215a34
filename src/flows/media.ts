import type { EntryOf } from "../../streams/messages.ts";
import { isLastTry, retryDelayMs } from "../../streams/retry.ts";
import type { Db } from "../db/client.ts";
import type { MediaProblem } from "../funnel/media.ts";
import type { Clock } from "../lib/clock.ts";
import type { CrashPoint } from "../lib/crash-points.ts";
import { withinTime } from "../lib/deadline.ts";
import { AppError, errorCode, errorMessage } from "../lib/errors.ts";
import type { Log } from "../lib/log.ts";
import type { Announcer } from "./announce.ts";
import type { Append } from "./deps.ts";
import { askedPauseMs } from "./failure-class.ts";
import { STALE_AFTER_MS } from "./ingest/rows.ts";
import { claimMedia, type MediaClaim, storageKey } from "./media/claim.ts";
import { settleErased } from "./media/erase.ts";
import { type FetchDeps, type Fetched, fetchFile } from "./media/fetch.ts";
import { type ReadDeps, readFile } from "./media/read.ts";
import { settleLater, settleLost, settleStored } from "./media/settle.ts";
import { settleWords, type Words } from "./media/settle-words.ts";

/** For one try: Meta's largest file at 1 MB/s. */
const FETCH_DEADLINE_MS = 120_000;

/** Bytes that are not what Meta told of may have been cut on the way; not three times in a row. */
const MAX_MISMATCHES = 3;

export interface MediaDeps extends FetchDeps, ReadDeps {
  db: Db;
  clock: Clock;
  log: Log;
  workerId: string;
  announcer: Announcer;
  /** Fault tests stop the process here. */
  crash(step: CrashPoint): void;
}

interface MediaDelivery {
  entry: EntryOf["media"];
  signal: AbortSignal;
}

/**
 * Handler of `media`: one step of one file, as its row says: fetch it, put it into words, or erase it.
 * The claim is a guarded UPDATE; one that is missed is acknowledged and left.
 */
export function createMediaHandler(deps: MediaDeps): (delivery: MediaDelivery) => Promise<void> {
  const steps = { fetch: fetchStep, read: readStep, erase: eraseStep };
  return async ({ entry, signal }) => {
    const { organizationId, mediaId, replayOf } = entry;
    const claim = await claimMedia(deps.db, {
      organizationId,
      mediaId,
      owner: deps.workerId,
      isReplay: replayOf !== undefined,
    });
    if (claim !== undefined) await steps[claim.step](deps, claim, signal);
  };
}

async function fetchStep(deps: MediaDeps, claim: MediaClaim, signal: AbortSignal): Promise<void> {
  const time = { deadlineMs: FETCH_DEADLINE_MS, stop: signal };
  const fetched = await withinTime(time, (cut) => fetchFile(deps, claim, cut));
  deps.crash("media:kept");
  if (fetched.kind === "stored") {
    const settled = await settleStored(deps.db, claim, fetched);
    const append = settled?.reads ? [wakeUp(claim)] : [];
    return await deps.announcer.announce({ append, events: settled?.events ?? [] });
  }
  if (fetched.kind === "later" && (signal.aborted || !isGivenUp(claim, fetched.problem))) {
    return await later(deps, claim, { ...fetched, key: "media", interrupted: signal.aborted });
  }
  await giveUp(deps, claim, fetched);
}

function isGivenUp({ attempt }: MediaClaim, problem: MediaProblem): boolean {
  return problem === "hash_mismatch" ? attempt >= MAX_MISMATCHES : isLastTry("media", attempt);
}

/** What an earlier try may have put into the store goes first: a lost file has none. */
async function giveUp(
  deps: MediaDeps,
  claim: MediaClaim,
  fetched: Exclude<Fetched, { kind: "stored" }>,
): Promise<void> {
  await deps.store.delete(storageKey(claim));
  const { problem } = fetched;
  const state = fetched.kind === "refused" || problem === "hash_mismatch" ? "refused" : "failed";
  const settled = await settleLost(deps.db, claim, state, problem);
  await deps.announcer.announce({ events: settled?.events ?? [] });
  const { organizationId, mediaId } = claim;
  deps.log.warn({ organizationId, mediaId, state, problem }, "file not kept");
  if (settled === undefined || fetched.kind !== "later" || state === "refused") return;
  // Once Meta answers again an operator can have it fetched after all, from the dead letters.
  throw new AppError("poison", `A file could not be fetched: ${fetched.why}`, { mediaId });
}

async function readStep(deps: MediaDeps, claim: MediaClaim, signal: AbortSignal): Promise<void> {
  try {
    const words = await readFile(deps, claim, signal);
    deps.crash("media:read");
    await settleAndTell(deps, claim, words);
  } catch (error) {
    if (errorCode(error) === "database_unavailable") throw error;
    const why = errorMessage(error);
    const interrupted = signal.aborted;
    if (!interrupted && isLastTry("turn", claim.attempt)) {
      deps.log.warn({ mediaId: claim.mediaId, error: why }, "file not put into words");
      return await settleAndTell(deps, claim, null);
    }
    const retryAfterMs = askedPauseMs(error);
    await later(deps, claim, {
      ...{ problem: "unavailable", why, retryAfterMs, key: "turn", interrupted },
    });
  }
}

async function settleAndTell(
  deps: MediaDeps,
  claim: MediaClaim,
  words: Words | null,
): Promise<void> {
  const isStale = deps.clock.now().getTime() - claim.sentAt.getTime() > STALE_AFTER_MS;
  const settled = await settleWords(deps.db, claim, { words, isStale });
  if (settled === undefined) return;
  const { organizationId, conversationId } = claim;
  const { wake, events } = settled;
  const turn = {
    stream: "turns",
    entry: { v: 1, organizationId, conversationId, cause: "message" },
  } as const;
  await deps.announcer.announce({
    events,
    append: wake?.isDue ? [turn] : [],
    schedule:
      wake && !wake.isDue
        ? [{ append: turn, atMs: new Date(wake.dueAt).getTime(), keep: "latest" }]
        : [],
  });
}

/** Never given up: a file of somebody who was erased must not stay. */
async function eraseStep(deps: MediaDeps, claim: MediaClaim, signal: AbortSignal): Promise<void> {
  try {
    await deps.store.delete(storageKey(claim));
  } catch (error) {
    const why = errorMessage(error);
    const interrupted = signal.aborted;
    return await later(deps, claim, {
      ...{ problem: "unavailable", why, retryAfterMs: 0, key: "media", interrupted },
    });
  }
  await settleErased(deps.db, claim);
}

interface Later {
  problem: MediaProblem;
  why: string;
  retryAfterMs: number;
  /** Whose waits. */
  key: "media" | "turn";
  interrupted: boolean;
}

async function later(deps: MediaDeps, claim: MediaClaim, wait: Later): Promise<void> {
  const { mediaId, step, attempt } = claim;
  const { problem, why, retryAfterMs, interrupted } = wait;
  deps.log.warn({ mediaId, step, attempt, problem, why }, "file not done; later");
  const waitMs = interrupted
    ? 0
    : retryDelayMs(wait.key, { tries: attempt, key: mediaId, retryAfterMs });
  const at = await settleLater(deps.db, claim, { waitMs, problem, spendsTry: !interrupted });
  if (at === undefined) return;
  const again = { append: wakeUp(claim), atMs: at.getTime(), keep: "latest" } as const;
  await deps.announcer.announce({ schedule: [again] });
}

function wakeUp({ organizationId, mediaId }: MediaClaim): Extract<Append, { stream: "media" }> {
  return { stream: "media", entry: { v: 1, organizationId, mediaId } };
}
