import type { Db } from "../../db/client.ts";
import type { Clock } from "../../lib/clock.ts";
import type { CrashPoint } from "../../lib/crash-points.ts";
import { errorCode, errorMessage } from "../../lib/errors.ts";
import type { Log } from "../../lib/log.ts";
import type { Announcer } from "../announce.ts";
import type { Append, Publish } from "../deps.ts";
import { holdPace, type Letter, refuse, settle, startDue } from "./letters.ts";
import { resumeTurn } from "./resume-turn.ts";
import { sendAfterAll } from "./send-after-all.ts";

/** What bytes of a letter are as an entry of its stream, or what is wrong with them. */
type LetterContent = { ok: true; append: Append } | { ok: false; reason: string };

export interface ReplayDeps {
  db: Db;
  clock: Clock;
  log: Log;
  publish: Publish;
  announcer: Announcer;
  readLetter(stream: string, bytes: Uint8Array): LetterContent;
  /** Fault tests stop the process here. */
  crash(step: CrashPoint): void;
}

export interface ReplayReport {
  replayed: number;
  refused: number;
}

/** What a letter asks for. */
interface Wanted {
  letter: Letter;
  append: Append;
}

/**
 * One pass over the dead letters that people want replayed and that are due. Asking has only written
 * down the wish; this alone acts on it, and may die anywhere (docs/decisions/0014): a letter that was
 * started is taken up again by the next pass until it is settled.
 */
export function createReplays(deps: ReplayDeps): () => Promise<ReplayReport> {
  return async () => {
    await holdPace(deps.db);
    const letters = await startDue(deps.db);
    if (letters.length > 0) deps.crash("replay:started");
    let refused = 0;
    const entries: Wanted[] = [];
    for (const letter of letters) {
      const content = deps.readLetter(letter.stream, letter.entry);
      if (content.ok && isAppended(content.append)) {
        entries.push({ letter, append: content.append });
      } else if ((await actInPostgres(deps, letter, content)) !== null) refused += 1;
    }
    const waiting = await appendAll(deps, entries);
    return { replayed: letters.length - refused - waiting, refused };
  };
}

/** Whether the entry does it; else its effect is one of Postgres alone, in one commit with the letter. */
function isAppended(append: Append): boolean {
  if (append.stream === "turns") return false;
  return append.stream !== "outbound" || append.entry.messageId === undefined;
}

/** Answers why nothing was done, or null. A letter that fails is given back: it holds up no other. */
async function actInPostgres(
  deps: ReplayDeps,
  letter: Letter,
  content: LetterContent,
): Promise<string | null> {
  try {
    if (content.ok) return await act(deps, letter, content.append);
    await refuse(deps.db, letter.id, content.reason);
    return content.reason;
  } catch (error) {
    if (errorCode(error) === "database_unavailable") throw error;
    deps.log.error({ letterId: letter.id, error: errorMessage(error) }, "letter not replayed");
    await refuse(deps.db, letter.id, FAILED);
    return FAILED;
  }
}

const FAILED = "Replaying it failed; the scheduler's log says why.";

async function act(deps: ReplayDeps, letter: Letter, { stream, entry }: Append) {
  if (stream === "turns") return await resumeTurn(deps, letter, entry);
  const messageId = "messageId" in entry ? entry.messageId : undefined;
  if (stream !== "outbound" || messageId === undefined) return FAILED;
  return await sendAfterAll(deps, letter, { ...entry, messageId });
}

/**
 * Appended first, marked after: a death in between appends them once more, and every handler of these
 * streams does nothing for what it has seen. A stream that takes nothing holds up only its own letters;
 * answers how many wait for the next pass.
 */
async function appendAll(deps: ReplayDeps, wanted: readonly Wanted[]): Promise<number> {
  let waiting = 0;
  for (const [stream, group] of Map.groupBy(wanted, ({ append }) => append.stream)) {
    try {
      await deps.publish.append(group.map(({ letter, append }) => traced(append, letter.id)));
      deps.crash("replay:appended");
      await settle(
        deps.db,
        group.map(({ letter }) => letter.id),
      );
    } catch (error) {
      waiting += group.length;
      deps.log.warn({ stream, error: errorMessage(error) }, "letters not replayed yet; next pass");
    }
  }
  return waiting;
}

/**
 * Names the letter, so that an entry that dies again becomes a letter linked to it. Holds because every
 * stream's entry may carry it.
 */
function traced({ stream, entry }: Append, replayOf: string): Append {
  return { stream, entry: { ...entry, replayOf } } as Append;
}
