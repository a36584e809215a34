import { readLetter } from "../../../streams/dead-letter.ts";
import type { Append } from "../../../streams/publish.ts";
import { SEND_OBSTACLE, turnObstacle } from "../../db/queries/replay-obstacle.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Actor } from "../../http/plugins/auth.ts";
import type { Clock } from "../../lib/clock.ts";
import { AppError } from "../../lib/errors.ts";
import { tryParseJson } from "../../lib/json.ts";
import { itemProblem } from "../../whatsapp/item-problem.ts";
import type { Mutate } from "../mutate.ts";
import { changedPaths, withHiddenWords } from "./edit.ts";
import { lockOpenLetter, type OpenLetter } from "./lock.ts";
import type { DeadLetter, ReplayBody } from "./model.ts";
import { redacted } from "./redact.ts";
import { letterById } from "./rows.ts";

export interface LetterDeps {
  mutate: Mutate;
  /** Business time: WhatsApp's window is looked at. */
  clock: Clock;
}

/** Who asks, and the client's key for repeats. */
export interface Asking {
  actor: Actor;
  key: string | undefined;
}

/**
 * Asks for a letter's replay, with another entry if one is given; the scheduler's next pass does it.
 * Fails with `not_found`; with `conflict` when it was decided about already, when its entry cannot be
 * read, or when the chat has gone on; with `invalid_input` for an edited entry that its stream refuses.
 */
export async function askReplay(
  { mutate, clock }: LetterDeps,
  { actor, key }: Asking,
  id: string,
  body: ReplayBody,
): Promise<DeadLetter> {
  return await mutate(
    actor,
    async (change) => {
      const letter = await lockOpenLetter(change, id);
      if (letter.isScheduled && body.entry === undefined) {
        throw new AppError("conflict", "Its replay was asked for already.", { id });
      }
      const edited = body.entry === undefined ? null : editOf(letter, body.entry);
      const append = edited?.append ?? appendOf(letter);
      await requireNoObstacle(change, append, clock.now());
      await change.rows`
        update dead_letters set edited_entry = ${edited?.bytes ?? null}, replay_asked_at = now(),
          replay_asked_by = ${actor.name}, replay_due_at = now(), replay_batch = null,
          refusal = null
        where id = ${id}`;
      change.audit({
        action: edited ? "dead_letter.edited_and_replayed" : "dead_letter.replay_asked",
        resourceId: id,
        organizationId: letter.organizationId,
        ...(edited && { before: { entry: redacted(letter.entry) } }),
        after: edited
          ? { entry: redacted(edited.bytes), changed: edited.changed }
          : { stream: letter.stream },
      });
      return await letterById(change, id);
    },
    { key, request: ["dead-letter", "replay", id, body] },
  );
}

function editOf({ stream, organizationId, entry }: OpenLetter, wanted: unknown) {
  const edited = withHiddenWords(entry, wanted);
  const bytes = new TextEncoder().encode(JSON.stringify(edited));
  const content = readLetter(stream, bytes);
  if (!content.ok) throw wrongField(content.path, content.reason);
  const { append } = content;
  const problem = "item" in append.entry ? itemProblem(stream, append.entry.item) : undefined;
  if (problem) throw wrongField(`/item${problem.path}`, problem.reason);
  if (organizationId !== null && append.entry.organizationId !== organizationId) {
    throw wrongField("/organizationId", "It has to stay with the letter's organization.");
  }
  const was = tryParseJson(new TextDecoder().decode(entry));
  return { bytes, append, changed: changedPaths(was, edited) };
}

function wrongField(path: string, why: string): AppError {
  return new AppError("invalid_input", `entry${path}: ${why}`, { path });
}

/** As it stands; what nobody could read or handle would only die again. */
function appendOf({ stream, entry }: OpenLetter): Append {
  const content = readLetter(stream, entry);
  if (!content.ok) throw unreadable(content.reason);
  const { append } = content;
  const problem = "item" in append.entry ? itemProblem(stream, append.entry.item) : undefined;
  if (problem) throw unreadable(`/item${problem.path}: ${problem.reason}.`);
  return append;
}

function unreadable(why: string): AppError {
  return new AppError("conflict", `It would die again: ${why} Replay it with a corrected entry.`);
}

/** A first look, for an answer at once; the replay itself looks again under lock. */
async function requireNoObstacle(tx: Transaction, append: Append, now: Date): Promise<void> {
  const obstacle = await findObstacle(tx, append, now);
  if (obstacle !== null) throw new AppError("conflict", obstacle);
}

async function findObstacle(tx: Transaction, append: Append, now: Date): Promise<string | null> {
  const { stream, entry } = append;
  if (stream === "turns") {
    const { organizationId, conversationId } = entry;
    requireIds(organizationId, conversationId);
    const row = await tx.first<{ obstacle: string | null }>`
      select ${turnObstacle(tx, now)} as obstacle from conversations c
      where c.organization_id = ${organizationId} and c.id = ${conversationId}`;
    return row ? row.obstacle : "The chat is not there any more.";
  }
  if (stream !== "outbound" || entry.messageId === undefined) return null;
  const { organizationId, messageId } = entry;
  requireIds(organizationId, messageId);
  const row = await tx.first<{ obstacle: string | null }>`
    select ${tx.fragment(SEND_OBSTACLE)} as obstacle from messages m
    join conversations c on c.organization_id = m.organization_id and c.id = m.conversation_id
    where m.organization_id = ${organizationId} and m.id = ${messageId}`;
  return row ? row.obstacle : "The message is not there any more.";
}

/** To its stream an id is any text; Postgres would fail over what is none. */
function requireIds(...ids: readonly string[]): void {
  if (!ids.every((id) => UUID.test(id))) throw unreadable("an id in it is none.");
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
