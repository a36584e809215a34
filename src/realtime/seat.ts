import type { Person } from "../http/plugins/auth.ts";
import type { LiveObserver } from "./deps.ts";
import type { Member } from "./feed.ts";
import type { LoggedEvent } from "./frames.ts";
import type { LiveSocket } from "./live-socket.ts";

/** A socket whose person is known: it follows its organization's events. */
export class Seat implements Member {
  readonly socket: LiveSocket;
  /** Renewed while the socket lives: a role may change. */
  identity: Person;
  /** A presence frame was dropped: the whole of it is due once the reader has caught up. */
  missedPresence = false;
  readonly #observe: LiveObserver;

  constructor(socket: LiveSocket, identity: Person, observe: LiveObserver) {
    this.socket = socket;
    this.identity = identity;
    this.#observe = observe;
  }

  get organizationId(): string {
    return this.identity.organizationId;
  }

  get closed(): boolean {
    return this.socket.closed;
  }

  welcome(cursor: string): void {
    this.socket.send("welcome", { cursor });
  }

  resumed(missed: readonly LoggedEvent[]): void {
    this.socket.send("resumed", { missed: missed.length });
    this.socket.replay(missed.map(({ text }) => text));
  }

  reset(cursor: string): void {
    this.#observe.reset();
    this.socket.send("reset", { cursor });
  }

  deliver(events: readonly LoggedEvent[]): void {
    this.socket.sendTexts(events);
  }
}
