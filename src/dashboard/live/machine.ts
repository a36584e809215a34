import type {
  closeCodes,
  EventFrame,
  PING_EVERY_MS,
  ServerFrame,
} from "../../realtime/protocol.ts";
import { type Memory, noMemory, remember } from "./memory.ts";

/**
 * The life of one live connection, pure: what happened goes in, what to do comes out.
 *
 * idle ─start→ ticketing ─ticket→ opening ─opened→ greeting ─welcome/resumed/reset→ live
 * Any failure or silence → waiting, which ends by its timer or when the device comes back; without a
 * network it waits for that. `ended`: stopped, or the session is over; nothing leads out of it.
 */
export type Phase = "idle" | "ticketing" | "opening" | "greeting" | "live" | "waiting" | "ended";

/** What a person is told. `offline`: the device has no network. `ended`: sign in again. */
export type LiveStatus = "connecting" | "live" | "reconnecting" | "offline" | "ended";

export interface Machine {
  readonly phase: Phase;
  readonly isOnline: boolean;
  readonly hasBeenLive: boolean;
  /** After the last event that was taken; null before the first welcome. */
  readonly cursor: string | null;
  /** Failures in a row since the last live moment. */
  readonly failures: number;
  readonly memory: Memory;
}

export type Input =
  | { type: "start" | "ticket_refused" | "device_offline" | "device_online" | "stop" }
  | { type: "ticket_failed"; random: number }
  | { type: "ticket"; ticket: string }
  | { type: "opened"; ticket: string }
  | { type: "frame"; frame: ServerFrame }
  | { type: "closed"; code: number; random: number }
  | { type: "timer"; name: TimerName };

/** `ping` is due, the other side was `silent` for too long, `retry` may be tried. */
export type TimerName = "ping" | "silent" | "retry";

export type Effect =
  | { type: "fetch_ticket" | "close" | "clear_timers" }
  | { type: "open"; ticket: string }
  | { type: "hello"; ticket: string; cursor: string | null }
  | { type: "ping" }
  | { type: "timer"; name: TimerName; afterMs: number }
  /**
   * Take the whole state anew: events from here on follow it without a hole. `forAll`: every client
   * was told the same at this moment, so that each should choose one of its own.
   */
  | { type: "snapshot"; forAll: boolean }
  | { type: "event"; frame: EventFrame }
  | { type: "control"; frame: ServerFrame };

export interface Step {
  readonly machine: Machine;
  readonly effects: readonly Effect[];
}

const SESSION_ENDED: (typeof closeCodes)["sessionEnded"] = 4004;
const PING_AFTER_MS: typeof PING_EVERY_MS = 20_000;
/** Longest for a ticket, an open socket, an answered hello or a pong. */
const SILENCE_MS = 10_000;
const MIN_RETRY_MS = 500;
const MAX_RETRY_MS = 30_000;

export const newMachine: Machine = {
  phase: "idle",
  isOnline: true,
  hasBeenLive: false,
  cursor: null,
  failures: 0,
  memory: noMemory,
};

/** What the person sees of it. */
export function statusOf({ phase, isOnline, hasBeenLive }: Machine): LiveStatus {
  if (phase === "ended" || phase === "live") return phase;
  if (!isOnline) return "offline";
  return hasBeenLive ? "reconnecting" : "connecting";
}

/** Between half a second and a limit that doubles to 30 s; `random` 0–1 spreads clients apart. */
export function retryDelayMs(failures: number, random: number): number {
  const limitMs = Math.min(MAX_RETRY_MS, MIN_RETRY_MS * 2 ** Math.min(failures + 1, 10));
  return Math.round(MIN_RETRY_MS + random * (limitMs - MIN_RETRY_MS));
}

/** The next state and what has to be done for it. Inputs that do not fit the phase change nothing. */
export function step(machine: Machine, input: Input): Step {
  if (machine.phase === "ended") return stay(machine);
  switch (input.type) {
    case "start":
      return machine.phase === "idle" ? connect(machine) : stay(machine);
    case "ticket":
      if (machine.phase !== "ticketing") return stay(machine);
      return go(machine, "opening", [{ type: "open", ticket: input.ticket }, silenceTimer()]);
    case "ticket_failed":
      return machine.phase === "ticketing" ? wait(machine, input.random) : stay(machine);
    case "opened":
      return opened(machine, input.ticket);
    case "frame":
      return received(machine, input.frame);
    case "closed":
      return closed(machine, input);
    case "timer":
      return timeUp(machine, input.name);
    case "device_online":
      return deviceOnline(machine);
    case "device_offline":
      return { machine: { ...machine, isOnline: false }, effects: [{ type: "close" }] };
    case "ticket_refused":
    case "stop":
      return go(machine, "ended", [{ type: "clear_timers" }, { type: "close" }]);
  }
}

function stay(machine: Machine): Step {
  return { machine, effects: [] };
}

function go(machine: Machine, phase: Phase, effects: readonly Effect[]): Step {
  return { machine: { ...machine, phase }, effects };
}

function silenceTimer(): Effect {
  return { type: "timer", name: "silent", afterMs: SILENCE_MS };
}

function connect(machine: Machine): Step {
  return go(machine, "ticketing", [
    { type: "clear_timers" },
    { type: "fetch_ticket" },
    silenceTimer(),
  ]);
}

function wait(machine: Machine, random: number): Step {
  const afterMs = retryDelayMs(machine.failures, random);
  return {
    machine: { ...machine, phase: "waiting", failures: machine.failures + 1 },
    effects: [
      { type: "clear_timers" },
      { type: "close" },
      { type: "timer", name: "retry", afterMs },
    ],
  };
}

function opened(machine: Machine, ticket: string): Step {
  if (machine.phase !== "opening") return stay(machine);
  return go(machine, "greeting", [
    { type: "hello", ticket, cursor: machine.cursor },
    silenceTimer(),
  ]);
}

function closed(machine: Machine, { code, random }: { code: number; random: number }): Step {
  if (machine.phase === "waiting" || machine.phase === "idle") return stay(machine);
  if (code === SESSION_ENDED) return go(machine, "ended", [{ type: "clear_timers" }]);
  return wait(machine, random);
}

/** A dead socket's close event may never come: closing it here makes the shell report it. */
function timeUp(machine: Machine, name: TimerName): Step {
  if (name === "retry") {
    const mayTry = machine.phase === "waiting" && machine.isOnline;
    return mayTry ? connect(machine) : stay(machine);
  }
  if (name === "silent") return { machine, effects: [{ type: "close" }] };
  return machine.phase === "live"
    ? { machine, effects: [{ type: "ping" }, silenceTimer()] }
    : stay(machine);
}

function deviceOnline(machine: Machine): Step {
  const online = { ...machine, isOnline: true };
  return machine.phase === "waiting" ? connect(online) : stay(online);
}

function received(machine: Machine, frame: ServerFrame): Step {
  if (machine.phase !== "greeting" && machine.phase !== "live") return stay(machine);
  switch (frame.type) {
    case "welcome":
    case "reset":
      return nowLive({ ...machine, cursor: frame.data.cursor }, [
        { type: "snapshot", forAll: frame.type === "reset" },
      ]);
    case "resumed":
      return nowLive(machine, []);
    case "pong":
      return { machine, effects: alive() };
    default:
      return frame.id === null
        ? { machine, effects: [...alive(), { type: "control", frame }] }
        : event(machine, frame);
  }
}

function nowLive(machine: Machine, effects: readonly Effect[]): Step {
  return {
    machine: { ...machine, phase: "live", hasBeenLive: true, failures: 0 },
    effects: [...alive(), ...effects],
  };
}

/** Whatever arrives proves life: the next ping counts from here. */
function alive(): Effect[] {
  return [{ type: "clear_timers" }, { type: "timer", name: "ping", afterMs: PING_AFTER_MS }];
}

function event(machine: Machine, frame: EventFrame): Step {
  const { isNew, memory } = remember(machine.memory, frame.data);
  return {
    machine: { ...machine, cursor: frame.id, memory },
    effects: isNew ? [...alive(), { type: "event", frame }] : alive(),
  };
}
