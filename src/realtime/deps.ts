import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import type { EventLog } from "./feed.ts";
import type { StreamState } from "./protocol.ts";

/** Who a ticket stands for, and through which session. */
export interface LiveIdentity {
  readonly organizationId: string;
  readonly userId: string;
  /** As colleagues see it beside "is typing" and "is looking". */
  readonly name: string;
  readonly sessionId: string;
  readonly role: string;
  /** Whether the queue of the whole installation may be shown. */
  readonly isOperator: boolean;
}

/** Tells the other API processes what is never logged. Best effort, at most once. */
export interface Relay {
  send(text: string): void;
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
  relay: Relay;
  /** Hands in what `relay` of another process, or this one, sent. */
  onRelayed(listener: (text: string) => void): void;
  /** Unique over processes: marks what this one relays. */
  processId: string;
  /** Spends a ticket: null when it is unknown, used or too old, or its session has ended. */
  redeemTicket(ticket: string): Promise<LiveIdentity | null>;
  /** Which of these sessions are neither revoked nor expired. */
  livingSessions(sessionIds: readonly string[]): Promise<ReadonlySet<string>>;
  /** Commands answer with the conversation's new row version, or reject with an AppError. */
  takeOver(identity: LiveIdentity, conversationId: string): Promise<{ version: number }>;
  release(identity: LiveIdentity, conversationId: string): Promise<{ version: number }>;
  inspectQueue(): Promise<readonly StreamState[]>;
  observe: LiveObserver;
}
