/// <reference lib="dom" />
import { fetchChat, postMessage, problemSentence } from "./api.ts";
import { retryDelayMs } from "./backoff.ts";
import { nextToSend } from "./outgoing.ts";
import { keepConnected } from "./socket.ts";
import { chatOf } from "./state.ts";
import type { Store } from "./store.ts";

/** Loads a chat, again after failures: called on each (re)connect, so nothing sent meanwhile is missed. */
async function loadHistory(store: Store, persona: string, attempt = 0): Promise<void> {
  try {
    const { data } = await fetchChat(persona);
    store.dispatch({ type: "history_loaded", persona, messages: data });
  } catch {
    store.dispatch({ type: "history_failed", persona });
    setTimeout(
      () => {
        // A line that is down loads by itself when it is back.
        const isOpen = chatOf(store.state(), persona).connection === "open";
        if (isOpen) void loadHistory(store, persona, attempt + 1);
      },
      retryDelayMs(attempt, Math.random()),
    );
  }
}

/** Posts what was typed, one message at a time per person, while the line is open. */
function createOutbox(store: Store, persona: string): () => Promise<void> {
  let isSending = false;
  return async function sendWaiting(): Promise<void> {
    const chat = chatOf(store.state(), persona);
    const send = nextToSend(chat.messages);
    if (isSending || send === undefined || chat.connection !== "open") return;
    isSending = true;
    const { clientRef } = send;
    try {
      const { wamid } = await postMessage(send);
      store.dispatch({ type: "send_accepted", persona, clientRef, wamid });
    } catch (error) {
      const problem = problemSentence(error);
      store.dispatch({ type: "send_failed", persona, clientRef, problem });
    }
    isSending = false;
    return sendWaiting();
  };
}

/** Opens one person's line for the life of the page: history, live frames, and what they type. */
export function openLine(store: Store, persona: string): void {
  let typingTimer: ReturnType<typeof setTimeout> | undefined;
  const sendWaiting = createOutbox(store, persona);
  keepConnected(persona, {
    onConnection: (connection) => {
      store.dispatch({ type: "connection_changed", persona, connection });
      if (connection === "open") void loadHistory(store, persona);
      else store.dispatch({ type: "typing_ended", persona });
    },
    onFrame: (frame) => {
      store.dispatch({ type: "frame_received", persona, frame, nowMs: Date.now() });
      if (frame.type !== "typing") return;
      clearTimeout(typingTimer);
      typingTimer = setTimeout(
        () => store.dispatch({ type: "typing_ended", persona }),
        frame.forMs,
      );
    },
  });
  store.subscribe(() => void sendWaiting());
}
