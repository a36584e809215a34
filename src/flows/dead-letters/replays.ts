import type { Db } from "../../db/client.ts";
import type { Clock } from "../../lib/clock.ts";
import { errorMessage } from "../../lib/errors.ts";
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
  crash(step: string): void;
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
    if (letters.length === 0) return { replayed: 0, refused: 0 };
    deps.crash("replay:started");
    const wanted: Wanted[] = [];
    let refused = 0;
    for (const letter of letters) {
      const content = deps.readLetter(letter.stream, letter.entry);
      if (content.ok) wanted.push({ letter, append: content.append });
      else refused += await refuse(deps.db, letter.id, content.reason);
    }
    const acts = wanted.map((one) => ({ ...one, act: actFor(deps, one) }));
    for (const { act } of acts) {
      const obstacle = await act?.();
      if (typeof obstacle === "string") refused += 1;
    }
    const entries = acts.filter(({ act }) => act === null);
    await appendAll(deps, entries);
    return { replayed: letters.length - refused, refused };
  };
}

/** What has its effect in Postgres alone, in one commit with the letter; null: an entry to append. */
function actFor(
  deps: ReplayDeps,
  { letter, append }: Wanted,
): (() => Promise<string | null>) | null {
  if (append.stream === "turns") return () => resumeTurn(deps, letter, append.entry);
  if (append.stream !== "outbound") return null;
  const { messageId } = append.entry;
  if (messageId === undefined) return null;
  return () => sendAfterAll(deps, letter, { ...append.entry, messageId });
}

/**
 * Appended first, marked after: a death in between appends them once more, and every handler of these
 * streams does nothing for what it has seen. A stream that takes nothing holds up only its own letters.
 */
async function appendAll(deps: ReplayDeps, wanted: readonly Wanted[]): Promise<void> {
  for (const [stream, group] of Map.groupBy(wanted, ({ append }) => append.stream)) {
    try {
      await deps.publish.append(group.map(({ letter, append }) => traced(append, letter.id)));
      deps.crash("replay:appended");
      await settle(
        deps.db,
        group.map(({ letter }) => letter.id),
      );
    } catch (error) {
      deps.log.warn({ stream, error: errorMessage(error) }, "letters not replayed yet; next pass");
    }
  }
}

/**
 * Names the letter, so that an entry that dies again becomes a letter linked to it. Holds because every
 * stream's entry may carry it.
 */
function traced({ stream, entry }: Append, replayOf: string): Append {
  return { stream, entry: { ...entry, replayOf } } as Append;
}
