import { AppError } from "../lib/errors.ts";
import { newId } from "../lib/ids.ts";

/** Everything that can be made to go wrong, by who suffers it. */
export const faultKinds = {
  graph: [
    "accept_then_drop",
    "truncated",
    "fail_later",
    "reset_before",
    "slow",
    "http_500",
    "graph_code",
    "account",
    "upload",
    "health",
    "fields",
  ],
  model: [
    "429",
    "http_500",
    "slow",
    "invalid_json",
    "refusal",
    "empty",
    "truncated",
    "wrong_enum",
    "reset",
  ],
  media: ["expired", "wrong_hash", "too_large", "wrong_mime", "slow", "reset"],
  webhooks: ["duplicate", "reorder", "batch", "delay", "skip_delivered", "hold_statuses"],
} as const;

export type FaultTarget = keyof typeof faultKinds;
export type FaultKind<T extends FaultTarget = FaultTarget> = (typeof faultKinds)[T][number];

/** What a fault may be narrowed to; every given field must fit. */
export interface FaultMatch {
  /** Graph and webhooks: the person's phone digits or BSUID. */
  to?: string;
  /** Graph: part of the sent text. Model: part of the prompt. */
  text?: string;
  /** Model: which step asks. */
  step?: string;
}

export interface FaultSpec {
  target: FaultTarget;
  kind: FaultKind;
  /** Fires this many times; without `count` and `rate` it fires until it is deleted. */
  count?: number;
  /** Share of the matching events, 0–1, spread evenly and without chance. */
  rate?: number;
  match?: FaultMatch;
  delayMs?: number;
  retryAfterSeconds?: number;
  code?: number;
  httpStatus?: number;
}

export interface Fault extends FaultSpec {
  id: string;
  /** Matching events so far, and how many of them it spoiled. */
  seen: number;
  fired: number;
}

/** What an event looks like to the faults. `to` holds every name of the person. */
export interface FaultSubject {
  to?: readonly (string | null)[];
  text?: string;
  step?: string;
}

export interface FaultBoard {
  add(spec: FaultSpec): Fault;
  list(): readonly Fault[];
  remove(filter: { id?: string; target?: FaultTarget; kind?: FaultKind }): number;
  /** The first fault of that kind that spoils this event; using it counts. */
  take<T extends FaultTarget>(
    target: T,
    kind: FaultKind<T>,
    subject: FaultSubject,
  ): Fault | undefined;
}

const MAX_FAULTS = 200;

function fits(match: FaultMatch | undefined, subject: FaultSubject): boolean {
  if (!match) return true;
  if (match.to !== undefined && !subject.to?.includes(match.to)) return false;
  if (match.text !== undefined && !subject.text?.includes(match.text)) return false;
  return match.step === undefined || match.step === subject.step;
}

function concerns(fault: Fault, target: FaultTarget, kind: FaultKind, subject: FaultSubject) {
  if (fault.target !== target || fault.kind !== kind) return false;
  return !isSpent(fault) && fits(fault.match, subject);
}

function isSpent(fault: Fault): boolean {
  return fault.count !== undefined && fault.fired >= fault.count;
}

function isDue({ rate, seen }: Fault): boolean {
  return rate === undefined || Math.floor(seen * rate) > Math.floor((seen - 1) * rate);
}

export function createFaultBoard(): FaultBoard {
  let faults: Fault[] = [];
  return {
    add(spec) {
      if (faults.length >= MAX_FAULTS) faults = faults.filter((fault) => !isSpent(fault));
      if (faults.length >= MAX_FAULTS) {
        throw new AppError("invalid_input", `There are ${MAX_FAULTS} live faults: delete some.`);
      }
      const fault = { ...spec, id: newId(), seen: 0, fired: 0 };
      faults.push(fault);
      return fault;
    },
    list: () => faults,
    remove({ id, target, kind }) {
      const before = faults.length;
      faults = faults.filter(
        (fault) =>
          (id !== undefined && fault.id !== id) ||
          (target !== undefined && fault.target !== target) ||
          (kind !== undefined && fault.kind !== kind),
      );
      return before - faults.length;
    },
    take(target, kind, subject) {
      for (const fault of faults) {
        if (!concerns(fault, target, kind, subject)) continue;
        fault.seen += 1;
        if (!isDue(fault)) continue;
        fault.fired += 1;
        return fault;
      }
      return undefined;
    },
  };
}
