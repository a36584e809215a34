import type { PersonasAnswer, PhoneFrame, PhoneMessage, PhoneSend } from "../contract.ts";
import { acceptLocal, higherTicks, mergeMessage } from "./merge.ts";
import { isUnposted, localMessage } from "./outgoing.ts";
import {
  type Chat,
  type ChatMessage,
  type Connection,
  chatOf,
  emptyChat,
  type PhoneState,
} from "./state.ts";

/** Everything that can happen to the page; `nowMs` is this device's time. */
export type PhoneAction =
  | { type: "people_loaded"; answer: PersonasAnswer; active: string }
  | { type: "people_failed" }
  | { type: "persona_selected"; persona: string }
  | { type: "history_loaded"; persona: string; messages: readonly PhoneMessage[] }
  | { type: "history_failed"; persona: string }
  | { type: "connection_changed"; persona: string; connection: Connection }
  | { type: "frame_received"; persona: string; frame: PhoneFrame; nowMs: number }
  | { type: "typing_ended"; persona: string }
  | { type: "draft_changed"; persona: string; draft: string }
  | { type: "message_typed"; send: PhoneSend; nowMs: number }
  | { type: "send_accepted"; persona: string; clientRef: string; wamid: string }
  | { type: "send_failed"; persona: string; clientRef: string; problem: string }
  | { type: "send_retried"; persona: string; clientRef: string }
  | { type: "scrolled"; atEnd: boolean }
  | { type: "list_opened"; wamid: string }
  | { type: "list_closed" }
  | { type: "acts_opened"; wamid: string | null }
  | { type: "acts_closed" }
  | { type: "clock_noted"; note: string };

type FrameAction = Extract<PhoneAction, { type: "frame_received" }>;
type ChatAction = Exclude<Extract<PhoneAction, { persona: string }>, FrameAction>;

function withChat(state: PhoneState, persona: string, change: (chat: Chat) => Chat): PhoneState {
  const chat = chatOf(state, persona);
  const changed = change(chat);
  if (changed === chat) return state;
  return { ...state, chats: { ...state.chats, [persona]: changed } };
}

/** Whether a message that arrives now is seen at once. */
function isWatched(state: PhoneState, persona: string): boolean {
  return state.activePersona === persona && state.atEnd;
}

function peopleLoaded(state: PhoneState, answer: PersonasAnswer, active: string): PhoneState {
  const chats = Object.fromEntries(
    answer.data.map((persona) => [persona.id, state.chats[persona.id] ?? emptyChat]),
  );
  return {
    ...state,
    people: "ready",
    personas: answer.data,
    business: answer.business,
    activePersona: active,
    chats,
  };
}

function historyLoaded(chat: Chat, messages: readonly PhoneMessage[], watched: boolean): Chat {
  const known = new Set(chat.messages.map((message) => message.wamid));
  const isReload = chat.history === "loaded";
  const missed = messages.filter(({ from, wamid }) => from === "business" && !known.has(wamid));
  const unread = isReload && !watched ? missed.length : 0;
  return {
    ...chat,
    history: "loaded",
    messages: messages.reduce(mergeMessage, chat.messages),
    unreadCount: chat.unreadCount + unread,
  };
}

function messageArrived(chat: Chat, message: PhoneMessage, watched: boolean): Chat {
  const isNew = !chat.messages.some(({ wamid }) => wamid === message.wamid);
  const fromBusiness = message.from === "business";
  return {
    ...chat,
    messages: mergeMessage(chat.messages, message),
    businessTyping: chat.businessTyping && !fromBusiness,
    unreadCount: chat.unreadCount + (fromBusiness && isNew && !watched ? 1 : 0),
  };
}

function frameReceived(state: PhoneState, action: FrameAction): PhoneState {
  const { frame, persona } = action;
  switch (frame.type) {
    case "clock":
      return { ...state, clockOffsetMs: Date.parse(frame.now) - action.nowMs };
    case "typing":
      return withChat(state, persona, (chat) => ({ ...chat, businessTyping: true }));
    case "message": {
      const watched = isWatched(state, persona);
      return withChat(state, persona, (chat) => messageArrived(chat, frame.message, watched));
    }
    case "ticks":
      return withChat(state, persona, (chat) => ({
        ...chat,
        messages: chat.messages.map((message) =>
          message.wamid === frame.wamid
            ? { ...message, ticks: higherTicks(message.ticks, frame.ticks) }
            : message,
        ),
      }));
  }
}

function changeOwn(
  chat: Chat,
  clientRef: string,
  change: (message: ChatMessage) => ChatMessage,
): Chat {
  const messages = chat.messages.map((message) =>
    message.key === clientRef && message.outgoing ? change(message) : message,
  );
  return { ...chat, messages };
}

/** A post that failed although the server has shown the message changes nothing: it has it. */
function failed(message: ChatMessage, problem: string): ChatMessage {
  return isUnposted(message) ? { ...message, ticks: "failed", problem } : message;
}

/** To be posted again under the same clientRef, whichever side it had failed on. */
function retried({ problem: _old, ...message }: ChatMessage): ChatMessage {
  return { ...message, wamid: message.key, ticks: "pending" };
}

function chatChanged(chat: Chat, action: ChatAction, watched: boolean): Chat {
  switch (action.type) {
    case "persona_selected":
      return { ...chat, unreadCount: 0 };
    case "history_loaded":
      return historyLoaded(chat, action.messages, watched);
    case "history_failed":
      return chat.history === "loaded" ? chat : { ...chat, history: "failed" };
    case "connection_changed":
      return { ...chat, connection: action.connection };
    case "typing_ended":
      return { ...chat, businessTyping: false };
    case "draft_changed":
      return { ...chat, draft: action.draft };
    case "send_accepted":
      return { ...chat, messages: acceptLocal(chat.messages, action.clientRef, action.wamid) };
    case "send_failed":
      return changeOwn(chat, action.clientRef, (message) => failed(message, action.problem));
    case "send_retried":
      return changeOwn(chat, action.clientRef, retried);
  }
}

function messageTyped(state: PhoneState, send: PhoneSend, nowMs: number): PhoneState {
  const message = localMessage(send, new Date(nowMs + state.clockOffsetMs));
  const typed = withChat(state, send.persona, (chat) => ({
    ...chat,
    messages: mergeMessage(chat.messages, message).map((known) =>
      known.key === send.clientRef ? { ...known, outgoing: send } : known,
    ),
    unreadCount: 0,
  }));
  return { ...typed, atEnd: true, openList: null };
}

/** The page's only way to change: the state after an action. Pure. */
export function reduce(state: PhoneState, action: PhoneAction): PhoneState {
  switch (action.type) {
    case "people_loaded":
      return peopleLoaded(state, action.answer, action.active);
    case "people_failed":
      return { ...state, people: "failed" };
    case "frame_received":
      return frameReceived(state, action);
    case "message_typed":
      return messageTyped(state, action.send, action.nowMs);
    case "scrolled": {
      const scrolled = { ...state, atEnd: action.atEnd };
      if (!action.atEnd) return scrolled;
      return withChat(scrolled, state.activePersona, (chat) => ({ ...chat, unreadCount: 0 }));
    }
    case "list_opened":
      return { ...state, openList: action.wamid };
    case "list_closed":
      return { ...state, openList: null };
    case "acts_opened":
      return { ...state, openActs: { wamid: action.wamid } };
    case "acts_closed":
      return { ...state, openActs: null };
    case "clock_noted":
      return { ...state, clockNote: action.note };
    default: {
      const watched = isWatched(state, action.persona);
      const next = withChat(state, action.persona, (chat) => chatChanged(chat, action, watched));
      if (action.type !== "persona_selected") return next;
      return {
        ...next,
        activePersona: action.persona,
        atEnd: true,
        openList: null,
        openActs: null,
      };
    }
  }
}
