/// <reference lib="dom" />
import type { QueryClient } from "@tanstack/react-query";
import type { ClientFrame, EventFrame, Person, ServerFrame } from "../../realtime/protocol.ts";
import { fetchConversation, fetchTicket, type QueueRows } from "../api/calls.ts";
import type { LiveStatus } from "../live/machine.ts";
import { connectLive, type LiveClient } from "../live.ts";
import type { Store } from "./store.ts";

/** As the server ends a `typing` that is not repeated. */
const TYPING_SHOWN_MS = 6_000;
/** Events come in bursts; what is computed by the server is fetched once after each. */
const SETTLE_MS = 600;

export interface DeskState {
  readonly status: LiveStatus;
  readonly viewers: ReadonlyMap<string, readonly Person[]>;
  readonly typing: ReadonlyMap<string, Person>;
  /** The newest message that a lead wrote while this page was open, to be announced. */
  readonly arrived: { conversationId: string; messageId: string } | null;
}

const quiet: DeskState = {
  status: "connecting",
  viewers: new Map(),
  typing: new Map(),
  arrived: null,
};

/** Joins the live connection to the store and to the queries, and knows who else is here. */
export class Desk {
  readonly #store: Store;
  readonly #queries: QueryClient;
  readonly #listeners = new Set<() => void>();
  readonly #fetching = new Set<string>();
  readonly #typingEnds = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #stale = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #onEnded: () => void;
  #client: LiveClient | undefined;
  #state = quiet;
  #looking: string | null = null;

  constructor(options: { store: Store; queries: QueryClient; onEnded(): void }) {
    this.#store = options.store;
    this.#queries = options.queries;
    this.#onEnded = options.onEnded;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): DeskState => this.#state;

  /** Opens the connection; the answer closes it. */
  open(): () => void {
    const url = new URL("/live", location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const client = connectLive({
      url: url.href,
      ticket: fetchTicket,
      onStatus: (status) => this.#statusChanged(status),
      onEvent: (frame) => this.#take(frame),
      onSnapshot: () => void this.#queries.invalidateQueries(),
      onControl: (frame) => this.#heard(frame),
    });
    this.#client = client;
    const networkChanged = () => client.setOnline(navigator.onLine);
    addEventListener("online", networkChanged);
    addEventListener("offline", networkChanged);
    return () => {
      removeEventListener("online", networkChanged);
      removeEventListener("offline", networkChanged);
      client.stop();
    };
  }

  send(frame: ClientFrame): void {
    this.#client?.send(frame);
  }

  /** Tells colleagues which conversation is on this screen. */
  look(conversationId: string | null): void {
    this.#looking = conversationId;
    this.send({ v: 1, type: "presence", data: { conversationId } });
  }

  #change(part: Partial<DeskState>): void {
    this.#state = { ...this.#state, ...part };
    for (const listener of this.#listeners) listener();
  }

  #statusChanged(status: LiveStatus): void {
    this.#change(status === "live" ? { status } : { status, viewers: new Map() });
    if (status === "ended") this.#onEnded();
    if (status === "live") this.look(this.#looking);
  }

  #take(frame: EventFrame): void {
    const missing = this.#store.take(frame);
    if (missing !== null) void this.#fetchRow(missing);
    const conversationId = conversationOf(frame);
    if (conversationId !== null) this.#panelIsStale(conversationId);
    if (frame.type === "message.received") {
      const { id, conversationId } = frame.data.row;
      this.#change({ arrived: { conversationId, messageId: id } });
    }
  }

  async #fetchRow(id: string): Promise<void> {
    if (this.#fetching.has(id)) return;
    this.#fetching.add(id);
    const row = await fetchConversation(id).catch(() => null);
    this.#fetching.delete(id);
    if (row) this.#store.putRows([row]);
  }

  #panelIsStale(id: string): void {
    clearTimeout(this.#stale.get(id));
    const refresh = () => {
      this.#stale.delete(id);
      void this.#queries.invalidateQueries({ queryKey: ["panel", id] });
    };
    this.#stale.set(id, setTimeout(refresh, SETTLE_MS));
  }

  #heard(frame: ServerFrame): void {
    if (frame.type === "presence") {
      const viewers = new Map(this.#state.viewers);
      for (const one of frame.data.conversations) viewers.set(one.conversationId, one.viewers);
      this.#change({ viewers });
    } else if (frame.type === "typing") {
      this.#typed(frame.data);
    } else if (frame.type === "queue.snapshot") {
      this.#queries.setQueryData<QueueRows>(["queue"], (known) => withStreams(known, frame.data));
    } else if (frame.type === "queue.alert") {
      void this.#queries.invalidateQueries({ queryKey: ["queue"] });
    }
  }

  #typed(data: { conversationId: string; person: Person; typing: boolean }): void {
    const { conversationId, person } = data;
    clearTimeout(this.#typingEnds.get(conversationId));
    const typing = new Map(this.#state.typing);
    typing.delete(conversationId);
    if (data.typing) {
      typing.set(conversationId, person);
      const end = () => this.#typed({ ...data, typing: false });
      this.#typingEnds.set(conversationId, setTimeout(end, TYPING_SHOWN_MS));
    }
    this.#change({ typing });
  }
}

function conversationOf(frame: EventFrame): string | null {
  const { row } = frame.data;
  if ("conversationId" in row) return row.conversationId;
  return "leadId" in row ? row.id : null;
}

type QueueFrame = Extract<ServerFrame, { type: "queue.snapshot" }>["data"];

/** The frame tells everything but the wake-ups for later: those come with the next answer of the API. */
function withStreams(known: QueueRows | undefined, frame: QueueFrame): QueueRows | undefined {
  return known && { ...known, ...frame, delayed: known.delayed };
}
