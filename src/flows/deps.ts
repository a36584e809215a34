import type { EntryOf } from "../../streams/messages.ts";
import type { LiveEvent } from "../lib/events.ts";

/** One entry for one stream. The partition follows from the entry's organization. */
export type Append = {
  [Name in Exclude<keyof EntryOf, "dead">]: { stream: Name; entry: EntryOf[Name] };
}[Exclude<keyof EntryOf, "dead">];

/** A wake-up for later: the entry is moved into its stream once `atMs` (epoch, wall clock) is past. */
export interface Wakeup {
  append: Extract<Append, { stream: "turns" | "outbound" | "memory" | "media" }>;
  atMs: number;
  /** What wins when the same entry is already waiting. */
  keep: "earliest" | "latest";
}

/** The queue as flows see it. Each call is one pipeline and rejects unless everything was taken. */
export interface Publish {
  append(batch: readonly Append[]): Promise<void>;
  schedule(wakeups: readonly Wakeup[]): Promise<void>;
  events(events: readonly LiveEvent[]): Promise<void>;
}
