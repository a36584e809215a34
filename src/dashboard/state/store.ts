import type { EventFrame } from "../../realtime/protocol.ts";
import type { Conversation, ConversationRow, Message } from "../api/calls.ts";
import { deviceNowMs } from "./clock.ts";

/** A message that was typed here and has no row yet. */
export interface Draft {
  key: string;
  conversationId: string;
  text: string;
  /** The message it quotes. */
  replyTo: Message | null;
  sentAt: string;
  /** The chat's last message when it was typed: its own row comes after. */
  afterSeq: number;
  /** The sentence to show; null while it is on its way. */
  error: string | null;
}

/** Clocks differ by this much without anybody having moved one. */
const CLOCK_SLACK_MS = 30_000;

/**
 * The newest version of every row this browser has seen, whichever way it came: answers of the API
 * and live events go in alike, and an older version never replaces a newer one. So a snapshot that
 * was read before an event, and arrives after it, takes nothing back.
 */
export class Store {
  readonly rows = new Map<string, ConversationRow>();
  readonly states = new Map<string, Conversation>();
  readonly messages = new Map<string, Map<string, Message>>();
  /** The newest version that was told of each lead. */
  readonly leadVersions = new Map<string, number>();
  /** Changes that were asked for and not answered yet. */
  readonly wishes = new Map<string, Partial<Conversation>>();
  readonly drafts = new Map<string, Draft>();
  readonly #listeners = new Set<() => void>();
  #revision = 0;
  /** How far business time is ahead of this device's. */
  #clockOffsetMs = 0;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Rises with each change. */
  readonly revision = (): number => this.#revision;

  readonly changed = (): void => {
    this.#revision += 1;
    for (const listener of this.#listeners) listener();
  };

  /** Business time: the server's, which the simulator may have moved into its future. */
  readonly nowMs = (): number => deviceNowMs() + this.#clockOffsetMs;

  putRows(rows: readonly ConversationRow[]): void {
    for (const row of rows) {
      this.#clockOffsetMs = Date.parse(row.window.asOf) - deviceNowMs();
      const known = this.rows.get(row.id);
      if (!known || row.version >= known.version) this.rows.set(row.id, row);
      this.#putState(row);
    }
    this.changed();
  }

  putState(state: Conversation): void {
    this.#putState(state);
    this.changed();
  }

  putMessages(messages: readonly Message[]): void {
    for (const message of messages) this.#putMessage(message);
    this.changed();
  }

  /** Takes a live event; returns the conversation whose row has to be fetched: new, or another's now. */
  take(frame: EventFrame): string | null {
    const { row } = frame.data;
    let missing: string | null = null;
    if ("seq" in row) {
      this.#putMessage(row as Message);
      this.#notBefore(row.sentAt);
      missing = this.rows.has(row.conversationId) ? null : row.conversationId;
    } else if ("leadId" in row) {
      this.#putState(row as Conversation);
      const known = this.rows.get(row.id);
      const isNamed =
        [null, known?.takenOverBy].includes(row.takenOverBy) &&
        [null, known?.assigneeId].includes(row.assigneeId);
      missing = known && isNamed ? null : row.id;
    } else if ("username" in row) {
      this.#putLead(row);
    }
    this.changed();
    return missing;
  }

  /** No message comes from the future: the business clock has been moved. */
  #notBefore(at: string | null): void {
    const aheadMs = Date.parse(at ?? "") - this.nowMs();
    if (aheadMs > CLOCK_SLACK_MS) this.#clockOffsetMs += aheadMs;
  }

  #putState(state: Conversation): void {
    const known = this.states.get(state.id);
    if (!known || state.version > known.version) this.states.set(state.id, state);
  }

  #putMessage(message: Message): void {
    const chat = this.messages.get(message.conversationId) ?? new Map<string, Message>();
    const known = chat.get(message.id);
    if (!known || message.version > known.version) chat.set(message.id, message);
    this.messages.set(message.conversationId, chat);
  }

  #putLead(lead: {
    id: string;
    name: string | null;
    username: string | null;
    version: number;
  }): void {
    const known = this.leadVersions.get(lead.id) ?? 0;
    this.leadVersions.set(lead.id, Math.max(known, lead.version));
    for (const row of this.rows.values()) {
      if (row.leadId !== lead.id) continue;
      const { name, username } = lead;
      this.rows.set(row.id, { ...row, lead: { ...row.lead, name, username } });
    }
  }
}
