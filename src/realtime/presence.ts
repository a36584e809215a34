import type { Person } from "./protocol.ts";
import type { Viewer } from "./relayed.ts";

/** A process that has not told its viewers for this long is gone, and they with it. */
const SILENT_PROCESS_MS = 15_000;
/** More people than this looking at one conversation are not listed. */
const MAX_VIEWERS = 20;
/** More viewers of one organization on one process are not told. */
const MAX_TOLD = 1_000;

interface Told {
  viewers: readonly Viewer[];
  atMs: number;
}

/**
 * Who looks at what, in one organization: our own sockets, and what each other process last told of
 * its own. Nothing is stored anywhere; a process that falls silent is forgotten.
 */
export class Presence {
  readonly #own = new Map<string, Viewer>();
  readonly #others = new Map<string, Told>();
  #shown = new Map<string, string>();

  get empty(): boolean {
    return this.#own.size === 0 && this.#others.size === 0 && this.#shown.size === 0;
  }

  get hasOwn(): boolean {
    return this.#own.size > 0;
  }

  look(socketId: string, viewer: Viewer | null): void {
    if (viewer) this.#own.set(socketId, viewer);
    else this.#own.delete(socketId);
  }

  /** Our own viewers, for the other processes. */
  own(): Viewer[] {
    return [...this.#own.values()].slice(0, MAX_TOLD);
  }

  told(processId: string, viewers: readonly Viewer[], nowMs: number): void {
    if (viewers.length > 0) this.#others.set(processId, { viewers, atMs: nowMs });
    else this.#others.delete(processId);
  }

  forgetSilent(nowMs: number): void {
    for (const [processId, { atMs }] of this.#others) {
      if (nowMs - atMs > SILENT_PROCESS_MS) this.#others.delete(processId);
    }
  }

  /** Each conversation that somebody looks at. */
  all(): { conversationId: string; viewers: Person[] }[] {
    return [...this.#merged()].map(([conversationId, viewers]) => ({ conversationId, viewers }));
  }

  /** The conversations whose viewers are others than when this was last asked. */
  changes(): { conversationId: string; viewers: Person[] }[] {
    const merged = this.#merged();
    const shown = new Map([...merged].map(([id, viewers]) => [id, JSON.stringify(viewers)]));
    const touched = new Set([...this.#shown.keys(), ...shown.keys()]);
    const changed = [...touched].filter((id) => this.#shown.get(id) !== shown.get(id));
    this.#shown = shown;
    return changed.map((conversationId) => ({
      conversationId,
      viewers: merged.get(conversationId) ?? [],
    }));
  }

  #merged(): Map<string, Person[]> {
    const merged = new Map<string, Map<string, Person>>();
    const told = [...this.#others.values()].flatMap(({ viewers }) => viewers);
    for (const { conversationId, userId, name } of [...this.#own.values(), ...told]) {
      const people = merged.get(conversationId) ?? new Map<string, Person>();
      merged.set(conversationId, people);
      if (people.size < MAX_VIEWERS) people.set(userId, { userId, name });
    }
    const sorted = (people: Map<string, Person>) =>
      [...people.values()].sort((a, b) => (a.userId < b.userId ? -1 : 1));
    return new Map([...merged].map(([id, people]) => [id, sorted(people)]));
  }
}
