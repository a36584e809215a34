import type { Producer } from "./connection.ts";
import { DATA_FIELD, parseEntry } from "./entry.ts";
import { messageOf, QueueUnavailableError } from "./errors.ts";
import type { DeadEntry } from "./messages.ts";
import type { Append } from "./publish.ts";
import { entriesOf } from "./reply.ts";
import { isStreamName, type Keyspace, keyOf } from "./topology.ts";

/** A buried entry that still stands in Redis; once archived and trimmed, Postgres has it. */
export interface DeadLetter {
  readonly partition: number;
  readonly id: string;
  readonly entry: DeadEntry;
}

/** `path`: JSON pointer to the first field that is wrong; empty for the whole. */
export type LetterContent =
  | { ok: true; append: Append }
  | { ok: false; reason: string; path: string };

interface DeadPlace {
  redis: Producer;
  keyspace: Keyspace;
}

/**
 * One page of a partition's buried entries, oldest first. `next` continues the list; `null` at its
 * end. @throws QueueUnavailableError when Redis does not answer.
 */
export async function listDead(
  place: DeadPlace,
  page: { partition: number; limit: number; after?: string },
): Promise<{ letters: DeadLetter[]; next: string | null }> {
  const start = page.after === undefined ? "-" : `(${page.after}`;
  const { letters, lastId, count } = await range(place, page.partition, start, "+", page.limit);
  return { letters, next: count < page.limit ? null : lastId };
}

/** One buried entry; `null` when it is not there. @throws QueueUnavailableError */
export async function inspectDead(
  place: DeadPlace,
  partition: number,
  id: string,
): Promise<DeadLetter | null> {
  return (await range(place, partition, id, id, 1)).letters[0] ?? null;
}

async function range(
  { redis, keyspace }: DeadPlace,
  partition: number,
  start: string,
  end: string,
  limit: number,
): Promise<{ letters: DeadLetter[]; lastId: string | null; count: number }> {
  const key = keyOf(keyspace, partition, "dead");
  const reply = await redis
    .of(partition)
    .callBuffer("XRANGE", key, start, end, "COUNT", limit)
    .catch((error: unknown) => {
      throw new QueueUnavailableError(`Buried entries not read: ${messageOf(error)}`, error);
    });
  const entries = entriesOf(reply);
  const letters = entries.flatMap(({ id, fields }) => {
    const parsed = fields === null ? undefined : parseEntry("dead", fields);
    return parsed?.ok ? [{ partition, id, entry: parsed.entry }] : [];
  });
  return { letters, lastId: entries.at(-1)?.id ?? null, count: entries.length };
}

/**
 * What a buried entry's bytes are as an entry that can be appended to its stream again, or what is
 * wrong with them. Never throws.
 */
export function readLetter(stream: string, bytes: Uint8Array): LetterContent {
  if (!isStreamName(stream) || stream === "dead") {
    return { ok: false, path: "", reason: `This version knows no stream "${stream}".` };
  }
  const parsed = parseEntry(stream, new Map([[DATA_FIELD, bytes]]));
  return parsed.ok ? { ok: true, append: appendOf(stream, parsed.entry) } : parsed;
}

/** Holds because the entry has just been read as one of that very stream. */
function appendOf(stream: Append["stream"], entry: Append["entry"]): Append {
  return { stream, entry } as Append;
}
