import { createBoundedMap, pushBounded } from "../bounded.ts";
import type { Identity } from "../deps.ts";
import type { Person } from "../people.ts";
import type { PhoneFrame, PhoneMessage, Ticks } from "./contract.ts";

/** What the phones of all people show, and who is looking. */
export interface Chats {
  read(person: Person, identity: Identity): readonly PhoneMessage[];
  /** Adds a message, or replaces the one with its wamid, and shows it to whoever looks. */
  put(person: Person, identity: Identity, message: PhoneMessage): void;
  tick(wamid: string, ticks: Ticks): void;
  /** The business read this message and all before it. False if nobody knows the message. */
  markRead(wamid: string, identity: Identity): boolean;
  /** Shows "typing…" in the chat of this message. */
  showTyping(wamid: string): void;
  /** Calls `show` with each new frame of that chat until the returned function is called. */
  watch(person: Person, identity: Identity, show: (frame: PhoneFrame) => void): () => void;
  /** The same frame to every open page. */
  broadcast(frame: PhoneFrame): void;
  reset(): void;
}

/** WhatsApp hides the indicator after 25 s, or when a message comes. */
const TYPING_MS = 25_000;
const MAX_MESSAGES_PER_CHAT = 200;
const MAX_CHATS = 20_000;
const MAX_WAMIDS = 100_000;

interface Chat {
  phoneNumberId: string;
  messages: PhoneMessage[];
  watchers: Set<(frame: PhoneFrame) => void>;
}

export function createChats(): Chats {
  const chats = createBoundedMap<string, Chat>(MAX_CHATS);
  const byWamid = createBoundedMap<string, Chat>(MAX_WAMIDS);

  function open(person: Person, { phoneNumberId }: Identity): Chat {
    const key = `${phoneNumberId}/${person.id}`;
    const known = chats.get(key);
    if (known) return known;
    const chat: Chat = { phoneNumberId, messages: [], watchers: new Set() };
    chats.set(key, chat);
    return chat;
  }
  function show(chat: Chat, frame: PhoneFrame): void {
    for (const watcher of chat.watchers) watcher(frame);
  }
  function setTicks(chat: Chat, wamid: string, ticks: Ticks): void {
    const index = chat.messages.findIndex((message) => message.wamid === wamid);
    const message = chat.messages[index];
    if (!message || message.ticks === ticks || message.ticks === "read") return;
    chat.messages[index] = { ...message, ticks };
    show(chat, { type: "ticks", wamid, ticks });
  }

  return {
    read: (person, identity) => open(person, identity).messages,
    put(person, identity, message) {
      const chat = open(person, identity);
      const index = chat.messages.findIndex(({ wamid }) => wamid === message.wamid);
      if (index >= 0) chat.messages[index] = message;
      else pushBounded(chat.messages, message, MAX_MESSAGES_PER_CHAT);
      byWamid.set(message.wamid, chat);
      show(chat, { type: "message", message });
    },
    tick(wamid, ticks) {
      const chat = byWamid.get(wamid);
      if (chat) setTicks(chat, wamid, ticks);
    },
    markRead(wamid, { phoneNumberId }) {
      const chat = byWamid.get(wamid);
      if (chat?.phoneNumberId !== phoneNumberId) return false;
      const last = chat.messages.findIndex((message) => message.wamid === wamid);
      for (const message of chat.messages.slice(0, last + 1)) {
        if (message.from === "lead") setTicks(chat, message.wamid, "read");
      }
      return true;
    },
    showTyping(wamid) {
      const chat = byWamid.get(wamid);
      if (chat) show(chat, { type: "typing", forMs: TYPING_MS });
    },
    watch(person, identity, watcher) {
      const chat = open(person, identity);
      chat.watchers.add(watcher);
      return () => chat.watchers.delete(watcher);
    },
    broadcast(frame) {
      for (const chat of chats.values()) show(chat, frame);
    },
    reset() {
      byWamid.clear();
      for (const chat of chats.values()) chat.messages.length = 0;
    },
  };
}
