/// <reference lib="dom" />
import { byId, el } from "../dom.ts";
import { activePerson, chatOf, type PhoneState } from "../state.ts";

const FIRST_OPENER = "Hi, how much is it?";
/** WhatsApp's own limit for a text message. */
const MAX_TEXT_LENGTH = 4096;

interface ComposerEvents {
  onDraft(draft: string): void;
  onSend(text: string): void;
  /** The plus sign. */
  onMore(): void;
}

/** Tappable openers while the chat is empty. */
function createOpeners(onSend: (text: string) => void): (state: PhoneState) => void {
  const openers = byId("openers", HTMLElement);
  const invitation = byId("invitation", HTMLElement);
  const about = byId("empty-about", HTMLElement);
  let shownFor = "";
  return (state) => {
    const chat = chatOf(state, state.activePersona);
    const person = activePerson(state);
    openers.hidden = chat.history !== "loaded" || chat.messages.length > 0;
    if (person === undefined || shownFor === person.id) return;
    shownFor = person.id;
    const texts = person.suggestions.length > 0 ? person.suggestions : [FIRST_OPENER];
    const opener = el("bdi", {
      text: texts[0] ?? FIRST_OPENER,
      attributes: { lang: person.language },
    });
    invitation.replaceChildren("Try “", opener, "”");
    about.textContent = `You are ${person.name}. ${person.about}`;
    const chips = texts.map((text) => {
      const chip = el("button", {
        className: "chip",
        text,
        attributes: { type: "button", dir: "auto", lang: person.language },
      });
      chip.addEventListener("click", () => onSend(text));
      return chip;
    });
    openers.replaceChildren(...chips);
  };
}

function placeholderFor(state: PhoneState, isOffline: boolean): string {
  if (isOffline) return "Will be sent when back";
  const firstName = activePerson(state)?.name.split(" ")[0];
  return firstName === undefined ? "Message" : `Message as ${firstName}`;
}

/** Where the person types: Enter sends, Shift+Enter breaks the line, the box grows with the text. */
export function createComposerView(events: ComposerEvents): (state: PhoneState) => void {
  const form = byId("composer", HTMLFormElement);
  const input = byId("composer-text", HTMLTextAreaElement);
  const button = byId("composer-send", HTMLButtonElement);
  const more = byId("composer-more", HTMLButtonElement);
  more.addEventListener("click", () => events.onMore());
  const showOpeners = createOpeners((text) => {
    events.onSend(text);
    input.focus();
  });
  input.maxLength = MAX_TEXT_LENGTH;

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (text === "" || input.disabled) return;
    events.onSend(text);
    input.focus();
  });
  input.addEventListener("input", () => events.onDraft(input.value));
  input.addEventListener("keydown", (event) => {
    // While an input method composes (Japanese, Chinese …), Enter belongs to it.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });

  return (state) => {
    const chat = chatOf(state, state.activePersona);
    input.disabled = state.people !== "ready";
    more.disabled = input.disabled;
    if (input.value !== chat.draft) input.value = chat.draft;
    const placeholder = placeholderFor(state, chat.connection === "reconnecting");
    if (input.placeholder !== placeholder) input.placeholder = placeholder;
    const height = input.value === "" ? "" : `${grownHeightPx(input)}px`;
    if (input.style.height !== height) input.style.height = height;
    button.disabled = input.disabled || chat.draft.trim() === "";
    showOpeners(state);
  };
}

/** The height the text needs; the style sheet caps it. */
function grownHeightPx(input: HTMLTextAreaElement): number {
  input.style.height = "";
  return input.scrollHeight;
}
