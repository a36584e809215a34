import { demoIds } from "../../../src/db/seed/northwind.ts";
import type { Producer } from "../../../streams/connection.ts";
import { parseEvent } from "../../../streams/entry.ts";
import { partitionOf } from "../../../streams/hash.ts";
import type { EventEntry } from "../../../streams/messages.ts";
import { entriesOf } from "../../../streams/reply.ts";
import { type Keyspace, keyOf } from "../../../streams/topology.ts";

/** Entries of one reply, so that it stays small. */
const PAGE = 5_000;

/** One published event and its place in the stream. */
export interface Logged {
  id: string;
  event: EventEntry;
}

/** Every event of the demo organization that was published and is still there, in order. */
export async function readEventLog(queue: Producer, keyspace: Keyspace): Promise<Logged[]> {
  const partition = partitionOf(demoIds.organization, keyspace.partitions);
  const key = keyOf(keyspace, partition, "events");
  const redis = queue.of(partition);
  const log: Logged[] = [];
  for (let from = "-"; ; ) {
    const reply = await redis.callBuffer("XRANGE", key, from, "+", "COUNT", PAGE);
    const entries = entriesOf(reply);
    log.push(...entries.flatMap(toLogged));
    if (entries.length < PAGE) return log;
    from = `(${entries.at(-1)?.id}`;
  }
}

function toLogged({ id, fields }: ReturnType<typeof entriesOf>[number]): Logged[] {
  const event = fields ? parseEvent(fields) : undefined;
  return event ? [{ id, event }] : [];
}
