import { organizationIn } from "./entry.ts";
import { type DeadClass, type DeadEntry, ENTRY_VERSION } from "./messages.ts";
import type { RawEntry } from "./reply.ts";
import type { StreamName } from "./topology.ts";

const MAX_REASON_CHARS = 500;

/** An entry that is ours, with its delivery count and whether its last owner died with it. */
export interface Arrival extends RawEntry {
  readonly tries: number;
  readonly suspect: boolean;
}

/** An entry in hand: from the read that brought it until Redis confirmed its settlement. */
export interface Job {
  readonly id: string;
  readonly tries: number;
  readonly suspect: boolean;
  readonly fields: ReadonlyMap<string, Uint8Array>;
  readonly abort: AbortController;
  /** When it came; from when its handler has it, when that began. */
  startedAt: number;
  beatAt: number;
  hung: boolean;
}

export function newJob({ id, tries, suspect, fields }: Arrival): Job {
  const now = performance.now();
  return {
    id,
    tries,
    suspect,
    fields: fields ?? new Map(),
    abort: new AbortController(),
    startedAt: now,
    beatAt: now,
    hung: false,
  };
}

/** The JSON that goes to `dead` beside an entry's bytes. */
export function burialOf(
  job: Job,
  stream: StreamName,
  streamKey: string,
  errorClass: DeadClass,
  reason: string,
  lastSeenAt: number,
): string {
  const about: Omit<DeadEntry, "bytes"> = {
    v: ENTRY_VERSION,
    stream,
    origin: `${streamKey}/${job.id}`,
    organizationId: organizationIn(job.fields),
    reason: reason.slice(0, MAX_REASON_CHARS),
    errorClass,
    // The delivery that finds the tries spent reaches no handler and is none.
    tries: errorClass === "crashed" ? job.tries - 1 : job.tries,
    firstSeenAt: Number.parseInt(job.id, 10),
    lastSeenAt,
  };
  return JSON.stringify(about);
}
