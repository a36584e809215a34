import type { Relay } from "./deps.ts";
import { Presence } from "./presence.ts";
import type { ControlData } from "./protocol.ts";
import { parseRelayed, type Relayed, type TypingNews } from "./relayed.ts";
import type { Seat } from "./seat.ts";

/** Changes of who looks and who types are gathered for this long. */
const GATHER_MS = 200;
/** Each process tells its viewers again this often, for those that missed it. */
const TELL_EVERY_MS = 5_000;
/** More typing news than this in one gathering is dropped. */
const MAX_TYPING = 1_000;

interface PeopleDeps {
  openRelay(onText: (text: string) => void): Relay;
  processId: string;
  /** Offers a frame to an organization's sockets, but not to `exceptUserId`. */
  offer<Type extends "typing" | "presence">(
    organizationId: string,
    type: Type,
    data: ControlData<Type>,
    exceptUserId: string | null,
  ): void;
}

/**
 * Who looks at which conversation and who types: gathered, relayed between the API processes, told to
 * colleagues, and never logged. Any of it may be lost; telling again heals it.
 */
export class People {
  readonly #deps: PeopleDeps;
  readonly #relay: Relay;
  readonly #presences = new Map<string, Presence>();
  readonly #changed = new Set<string>();
  readonly #changedHere = new Set<string>();
  readonly #typing = new Map<string, TypingNews>();
  readonly #timers: readonly ReturnType<typeof setInterval>[];

  constructor(deps: PeopleDeps) {
    this.#deps = deps;
    this.#relay = deps.openRelay((text) => this.#hear(text));
    this.#timers = [
      setInterval(() => this.#gather(), GATHER_MS),
      setInterval(() => this.#tellAgain(), TELL_EVERY_MS),
    ];
  }

  /** Who looks at what, for a socket that has just come. */
  present(organizationId: string): ControlData<"presence"> {
    const conversations = this.#presences.get(organizationId)?.all() ?? [];
    return { complete: true, conversations };
  }

  look({ identity, socket }: Seat, conversationId: string | null): void {
    const { organizationId, userId, name } = identity;
    const presence = this.#presenceOf(organizationId);
    presence.look(socket.id, conversationId === null ? null : { conversationId, userId, name });
    this.#changedHere.add(organizationId);
  }

  type({ identity }: Seat, conversationId: string, typing: boolean): void {
    const { organizationId, userId, name } = identity;
    const key = `${conversationId}/${userId}`;
    if (this.#typing.size >= MAX_TYPING && !this.#typing.has(key)) return;
    this.#typing.set(key, { organizationId, conversationId, userId, name, typing });
  }

  leave(seat: Seat): void {
    if (this.#presences.has(seat.organizationId)) this.look(seat, null);
  }

  /** Hears what a process relayed; its own echo is nothing new. */
  #hear(text: string): void {
    const news = parseRelayed(text);
    if (news === undefined || news.processId === this.#deps.processId) return;
    if (news.kind === "typing") {
      this.#showTyping(news);
      return;
    }
    this.#presenceOf(news.organizationId).told(news.processId, news.viewers, performance.now());
    this.#changed.add(news.organizationId);
  }

  /** To be called once all sockets are closed. */
  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
    // Those who have just left are told of; whoever is still here is forgotten as silent.
    this.#gather();
    this.#relay.stop();
  }

  get #sender(): { processId: string } {
    return { processId: this.#deps.processId };
  }

  #presenceOf(organizationId: string): Presence {
    const presence = this.#presences.get(organizationId) ?? new Presence();
    this.#presences.set(organizationId, presence);
    return presence;
  }

  #gather(): void {
    for (const organizationId of this.#changedHere) {
      this.#tell(organizationId);
      this.#changed.add(organizationId);
    }
    this.#changedHere.clear();
    for (const organizationId of this.#changed) this.#showPresence(organizationId);
    this.#changed.clear();
    for (const news of this.#typing.values()) {
      this.#showTyping(news);
      this.#send({ kind: "typing", ...news, ...this.#sender });
    }
    this.#typing.clear();
  }

  #tellAgain(): void {
    const nowMs = performance.now();
    for (const [organizationId, presence] of this.#presences) {
      presence.forgetSilent(nowMs);
      if (presence.hasOwn) this.#tell(organizationId);
      this.#changed.add(organizationId);
    }
  }

  #tell(organizationId: string): void {
    const viewers = this.#presences.get(organizationId)?.own() ?? [];
    this.#send({ kind: "viewers", organizationId, viewers, ...this.#sender });
  }

  #showPresence(organizationId: string): void {
    const presence = this.#presences.get(organizationId);
    const conversations = presence?.changes() ?? [];
    if (presence?.empty) this.#presences.delete(organizationId);
    if (conversations.length === 0) return;
    this.#deps.offer(organizationId, "presence", { complete: false, conversations }, null);
  }

  #showTyping({ organizationId, conversationId, userId, name, typing }: TypingNews): void {
    const person = { userId, name };
    this.#deps.offer(organizationId, "typing", { conversationId, person, typing }, userId);
  }

  #send(news: Relayed): void {
    this.#relay.send(JSON.stringify(news));
  }
}
