/// <reference lib="dom" />
import type { ClientFrame, EventFrame, ServerFrame } from "../realtime/protocol.ts";
import {
  type Effect,
  type Input,
  type LiveStatus,
  newMachine,
  statusOf,
  step,
  type TimerName,
} from "./live/machine.ts";
import { parseServerFrame } from "./live/parse.ts";

/** Thrown by `ticket` when the session is over: the connection then ends instead of retrying. */
export class SignedOutError extends Error {
  override readonly name = "SignedOutError";
}

export interface LiveOptions {
  /** `ws(s)://…/live`. */
  url: string;
  /** A fresh single-use ticket; give up when the signal says so. */
  ticket(signal: AbortSignal): Promise<string>;
  onStatus(status: LiveStatus): void;
  /** A live event that was not seen before and whose row is not outdated. */
  onEvent(frame: EventFrame): void;
  /** Fetch the whole state now: earlier events may be missing, later ones will come. */
  onSnapshot(): void;
  /** Presence, typing, acknowledgements, errors, queue numbers. */
  onControl(frame: ServerFrame): void;
  /** After a reset, which comes to all clients at once, `onSnapshot` waits up to this long. 2 s. */
  resetSpreadMs?: number;
  /** From 0 up to 1; spreads clients apart. */
  random?: () => number;
}

export interface LiveClient {
  /** Sends a frame; false when there is no live connection. */
  send(frame: ClientFrame): boolean;
  /** The device's network came or went, as far as it knows. */
  setOnline(isOnline: boolean): void;
  stop(): void;
}

/** Closed by this side or lost: no close code of the server's own. */
const LOST = 1006;
const RESET_SPREAD_MS = 2_000;

/**
 * Keeps one live connection for as long as it is wanted: tickets, reconnects with jitter, resumes
 * without a gap, drops what is doubled or outdated. Needs no framework; `WebSocket` must exist.
 */
export function connectLive(options: LiveOptions): LiveClient {
  const connection = new Connection(options);
  connection.feed({ type: "start" });
  return {
    send: (frame) => connection.send(frame),
    setOnline: (isOnline) =>
      connection.feed({ type: isOnline ? "device_online" : "device_offline" }),
    stop: () => connection.feed({ type: "stop" }),
  };
}

/** Does what the machine says and tells it what happened. */
class Connection {
  readonly #options: LiveOptions;
  readonly #random: () => number;
  readonly #timers = new Map<TimerName, ReturnType<typeof setTimeout>>();
  readonly #pending: Input[] = [];
  #machine = newMachine;
  #isFeeding = false;
  #status: LiveStatus | undefined;
  #socket: WebSocket | undefined;
  #asking: AbortController | undefined;
  #snapshotTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
  }

  send(frame: ClientFrame): boolean {
    return this.#machine.phase === "live" && this.#transmit(frame);
  }

  /** Inputs made by effects wait for their turn: a step always sees the one before it finished. */
  feed(input: Input): void {
    this.#pending.push(input);
    if (this.#isFeeding) return;
    this.#isFeeding = true;
    for (let next = this.#pending.shift(); next; next = this.#pending.shift()) {
      const { machine, effects } = step(this.#machine, next);
      this.#machine = machine;
      for (const effect of effects) this.#perform(effect);
      this.#tellStatus();
    }
    this.#isFeeding = false;
    if (this.#machine.phase === "ended") clearTimeout(this.#snapshotTimer);
  }

  #tellStatus(): void {
    const status = statusOf(this.#machine);
    if (status === this.#status) return;
    this.#status = status;
    this.#options.onStatus(status);
  }

  #perform(effect: Effect): void {
    switch (effect.type) {
      case "fetch_ticket":
        void this.#askForTicket();
        return;
      case "open":
        this.#open(effect.ticket);
        return;
      case "hello":
        this.#transmit({ v: 1, type: "hello", data: helloData(effect) });
        return;
      case "ping":
        this.#transmit({ v: 1, type: "ping", data: {} });
        return;
      case "close":
        this.#close();
        return;
      case "timer":
        this.#setTimer(effect.name, effect.afterMs);
        return;
      case "clear_timers":
        for (const timer of this.#timers.values()) clearTimeout(timer);
        this.#timers.clear();
        return;
      case "snapshot":
        this.#askForSnapshot(effect.forAll);
        return;
      case "event":
        this.#options.onEvent(effect.frame);
        return;
      case "control":
        this.#options.onControl(effect.frame);
    }
  }

  /** Another reset while one waits asks for nothing more: what is fetched later is newer. */
  #askForSnapshot(forAll: boolean): void {
    if (!forAll) {
      this.#options.onSnapshot();
      return;
    }
    const { resetSpreadMs = RESET_SPREAD_MS } = this.#options;
    this.#snapshotTimer ??= setTimeout(() => {
      this.#snapshotTimer = undefined;
      this.#options.onSnapshot();
    }, this.#random() * resetSpreadMs);
  }

  #setTimer(name: TimerName, afterMs: number): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.set(
      name,
      setTimeout(() => this.feed({ type: "timer", name }), afterMs),
    );
  }

  async #askForTicket(): Promise<void> {
    const asking = new AbortController();
    this.#asking = asking;
    const input = await this.#options.ticket(asking.signal).then(
      (ticket): Input => ({ type: "ticket", ticket }),
      (error: unknown): Input =>
        error instanceof SignedOutError
          ? { type: "ticket_refused" }
          : { type: "ticket_failed", random: this.#random() },
    );
    if (!asking.signal.aborted) this.feed(input);
  }

  #open(ticket: string): void {
    const socket = new WebSocket(this.#options.url);
    this.#socket = socket;
    const isCurrent = () => this.#socket === socket;
    socket.addEventListener("open", () => {
      if (isCurrent()) this.feed({ type: "opened", ticket });
    });
    socket.addEventListener("message", (message: MessageEvent<unknown>) => {
      const frame = isCurrent() ? parseServerFrame(message.data) : undefined;
      if (frame) this.feed({ type: "frame", frame });
    });
    socket.addEventListener("close", ({ code }) => {
      if (!isCurrent()) return;
      this.#socket = undefined;
      this.feed({ type: "closed", code, random: this.#random() });
    });
  }

  /** A socket that is dead on the other side may take minutes to report it: it is let go at once. */
  #close(): void {
    this.#asking?.abort();
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close(1000);
    this.feed({ type: "closed", code: LOST, random: this.#random() });
  }

  #transmit(frame: ClientFrame): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }
}

function helloData({ ticket, cursor }: { ticket: string; cursor: string | null }) {
  return cursor === null ? { ticket } : { ticket, cursor };
}
