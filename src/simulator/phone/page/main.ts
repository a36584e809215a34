/// <reference lib="dom" />
import type { PhoneSend } from "../contract.ts";
import type { Act, ActContext } from "./acts.ts";
import { advanceClock, fetchPersonas, postAct, problemSentence } from "./api.ts";
import { retryDelayMs } from "./backoff.ts";
import { openLine } from "./lines.ts";
import { createStore } from "./store.ts";
import { createActsView } from "./views/acts-view.ts";
import { createChatView } from "./views/chat-view.ts";
import { createClockView } from "./views/clock-view.ts";
import { createComposerView } from "./views/composer-view.ts";
import { createHeaderView } from "./views/header-view.ts";
import { createPeopleView } from "./views/people-view.ts";
import { createSheetView } from "./views/sheet-view.ts";

const store = createStore();
const businessNow = () => new Date(Date.now() + store.state().clockOffsetMs);
const currentPersona = () => store.state().activePersona;

function type(send: PhoneSend): void {
  store.dispatch({ type: "message_typed", send, nowMs: Date.now() });
}

/** Not crypto.randomUUID: that one is missing when the phone is opened over plain http from another device. */
function newClientRef(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function newSend() {
  return { persona: currentPersona(), clientRef: newClientRef() };
}

function selectPersona(persona: string): void {
  history.replaceState(null, "", `#${encodeURIComponent(persona)}`);
  store.dispatch({ type: "persona_selected", persona });
}

async function moveClock(advanceMs: number, label: string): Promise<void> {
  try {
    const { now } = await advanceClock(advanceMs);
    const frame = { type: "clock", now } as const;
    store.dispatch({
      type: "frame_received",
      persona: currentPersona(),
      frame,
      nowMs: Date.now(),
    });
    const note = `Moved ${label}. What is due by now arrives in a moment.`;
    store.dispatch({ type: "clock_noted", note });
  } catch (error) {
    store.dispatch({ type: "clock_noted", note: problemSentence(error) });
  }
}

/** Does it; answers with what went wrong, or null. Who changed their number shows the new one. */
async function perform(act: Act, context: ActContext): Promise<string | null> {
  const { path, body } = act.request(context);
  try {
    await postAct(path, body);
    const answer = await fetchPersonas();
    store.dispatch({ type: "people_loaded", answer, active: currentPersona() });
    store.dispatch({ type: "scrolled", atEnd: true });
    return null;
  } catch (error) {
    return problemSentence(error);
  }
}

async function loadPeople(attempt = 0): Promise<void> {
  try {
    const answer = await fetchPersonas();
    const wanted = decodeURIComponent(location.hash.slice(1));
    const active = answer.data.find(({ id }) => id === wanted) ?? answer.data[0];
    store.dispatch({ type: "people_loaded", answer, active: active?.id ?? "" });
    for (const persona of answer.data) openLine(store, persona.id);
  } catch {
    store.dispatch({ type: "people_failed" });
    setTimeout(() => void loadPeople(attempt + 1), retryDelayMs(attempt, Math.random()));
  }
}

store.subscribe(createPeopleView(selectPersona));
store.subscribe(createHeaderView());
store.subscribe(
  createChatView({
    now: businessNow,
    onScrolled: (atEnd) => store.dispatch({ type: "scrolled", atEnd }),
    onRetry: ({ key }) =>
      store.dispatch({ type: "send_retried", persona: currentPersona(), clientRef: key }),
    onMore: ({ wamid }) => store.dispatch({ type: "acts_opened", wamid }),
    onOpenList: ({ wamid }) => store.dispatch({ type: "list_opened", wamid }),
    onButton: ({ wamid }, { id, title }) =>
      type({ ...newSend(), type: "button_reply", id, title, context: wamid }),
  }),
);
store.subscribe(
  createComposerView({
    onDraft: (draft) => store.dispatch({ type: "draft_changed", persona: currentPersona(), draft }),
    onMore: () => store.dispatch({ type: "acts_opened", wamid: null }),
    onSend: (text) => {
      store.dispatch({ type: "draft_changed", persona: currentPersona(), draft: "" });
      type({ ...newSend(), text });
    },
  }),
);
store.subscribe(
  createSheetView({
    onClose: () => store.dispatch({ type: "list_closed" }),
    onPick: ({ wamid }, row) => type({ ...newSend(), type: "list_reply", ...row, context: wamid }),
  }),
);
store.subscribe(
  createActsView({
    onAct: perform,
    onClose: () => store.dispatch({ type: "acts_closed" }),
  }),
);
store.subscribe(createClockView({ now: businessNow, onAdvance: moveClock }));
void loadPeople();
