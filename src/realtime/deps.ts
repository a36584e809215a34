import type { Person } from "../http/plugins/auth.ts";
import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import type { EventLog } from "./feed.ts";
import type { QueueState } from "./queue-state.ts";

/** Tells the other API processes what is never logged. Best effort, at most once. */
export interface Relay {
  send(text: string): void;
  stop(): void;
}

/** What the channel reports of itself. Nothing here may throw. */
export interface LiveObserver {
  /** Sockets that are open now. */
  sockets(count: number): void;
  frameReceived(type: string): void;
  /** A socket was told to start anew. */
  reset(): void;
  closed(code: number): void;
  /** A reader was too slow and was closed. */
  tooSlow(): void;
}

export interface RealtimeDeps {
  log: Log;
  /** Wall clock, for the `at` of frames. */
  clock: Clock;
  events: EventLog;
  /** Opens the way to the other API processes; hears what any of them, and this one, sent. */
  openRelay(onText: (text: string) => void): Relay;
  /** Unique over processes: marks what this one relays. */
  processId: string;
  /** Spends a ticket: null when it is unknown, used or too old, or its session has ended. */
  redeemTicket(ticket: string): Promise<Person | null>;
  /** Those of the sessions that still live, as they stand now: roles may have changed. */
  livingSessions(sessionIds: readonly string[]): Promise<readonly Person[]>;
  /** Commands answer with the conversation's new row version, or reject with an AppError. */
  takeOver(identity: Person, conversationId: string): Promise<{ version: number }>;
  release(identity: Person, conversationId: string): Promise<{ version: number }>;
  inspectQueue(): Promise<QueueState>;
  observe: LiveObserver;
}
