/** Remembered per generation: what is published twice comes twice within seconds. */
const LIMIT = 1_000;

/** Which events were seen, and the newest version of each row. Two generations bound it. */
export interface Memory {
  readonly events: ReadonlySet<string>;
  readonly olderEvents: ReadonlySet<string>;
  readonly versions: ReadonlyMap<string, number>;
  readonly olderVersions: ReadonlyMap<string, number>;
}

export const noMemory: Memory = {
  events: new Set(),
  olderEvents: new Set(),
  versions: new Map(),
  olderVersions: new Map(),
};

interface Seen {
  eventId: string;
  entityId: string;
  version: number;
}

/**
 * Whether an event is new: its id was not seen, and its row is not older than what is known. Several
 * kinds of event carry the same row at the same version; each of them is new once.
 */
export function remember(memory: Memory, seen: Seen): { isNew: boolean; memory: Memory } {
  const { events, olderEvents } = memory;
  if (events.has(seen.eventId) || olderEvents.has(seen.eventId)) return { isNew: false, memory };
  const known = memory.versions.get(seen.entityId) ?? memory.olderVersions.get(seen.entityId) ?? 0;
  if (seen.version < known) return { isNew: false, memory };
  return { isNew: true, memory: add(memory, seen) };
}

/** Copies, so that a step stays pure; a full generation becomes the older one. */
function add(memory: Memory, { eventId, entityId, version }: Seen): Memory {
  const isFull = memory.events.size >= LIMIT;
  const events = new Set(isFull ? [] : memory.events).add(eventId);
  const versions = new Map(isFull ? [] : memory.versions).set(entityId, version);
  return {
    events,
    versions,
    olderEvents: isFull ? memory.events : memory.olderEvents,
    olderVersions: isFull ? memory.versions : memory.olderVersions,
  };
}
