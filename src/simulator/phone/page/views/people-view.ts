/// <reference lib="dom" />
import type { Persona } from "../../contract.ts";
import { byId, el, icon, initials, spoken } from "../dom.ts";
import { type Chat, chatOf, type PhoneState } from "../state.ts";

interface PersonCard {
  button: HTMLButtonElement;
  line: HTMLElement;
  badge: HTMLElement;
}

const LOADING_WORDS = {
  loading: "Looking for people…",
  failed: "Nobody to play until Leadline answers.",
  ready: "",
} satisfies Record<PhoneState["people"], string>;

/** How the business sees this person: a number, or a username when they hide it. */
function handleOf(persona: Persona): string {
  if (persona.phone !== null) return `+${persona.phone}`;
  return persona.username === null ? "number hidden" : `@${persona.username} · number hidden`;
}

/** A round picture with initials; `tone` picks one of the palette's six colours. */
function avatar(name: string, tone: number): HTMLElement {
  return el("span", {
    className: `avatar tone-${tone % 6}`,
    text: initials(name),
    attributes: { "aria-hidden": "true" },
  });
}

/** The narrow strip shows first names only; the style sheet hides the rest there. */
function nameNode(name: string): HTMLElement {
  const [first = name, ...rest] = name.split(" ");
  return el("span", { className: "person-name", attributes: { dir: "auto" } }, [
    document.createTextNode(first),
    el("span", { className: "person-rest", text: ["", ...rest].join(" ") }),
  ]);
}

function personCard(persona: Persona, tone: number, onSelect: () => void): PersonCard {
  const line = el("span", { className: "person-line", attributes: { dir: "auto" } });
  const badge = el("span", { className: "badge" });
  const text = el("span", { className: "person-text" }, [
    nameNode(persona.name),
    el("span", { className: "person-handle", text: handleOf(persona) }),
    el("span", { className: "person-about", text: persona.about }),
    line,
  ]);
  const button = el("button", { className: "person", attributes: { type: "button" } }, [
    avatar(persona.name, tone),
    text,
    badge,
  ]);
  button.dataset["persona"] = persona.id;
  button.title = persona.about;
  button.addEventListener("click", onSelect);
  return { button, line, badge };
}

function updateLine(card: PersonCard, chat: Chat): void {
  const last = chat.messages.at(-1);
  card.line.hidden = last === undefined && !chat.businessTyping;
  card.line.classList.toggle("is-typing", chat.businessTyping);
  if (chat.businessTyping) {
    card.line.textContent = "typing…";
  } else if (last) {
    const whose = last.from === "lead" ? [icon("reply")] : [];
    card.line.replaceChildren(...whose, document.createTextNode(last.text));
  }
}

/** The list of people to play: cards on a wide screen, a strip on a phone. */
export function createPeopleView(onSelect: (persona: string) => void): (s: PhoneState) => void {
  const list = byId("people-list", HTMLElement);
  const loading = byId("people-loading", HTMLElement);
  const cards = new Map<string, PersonCard>();
  let shown: readonly Persona[] = [];

  return (state) => {
    loading.hidden = state.people === "ready";
    loading.textContent = LOADING_WORDS[state.people];
    if (state.personas !== shown) {
      shown = state.personas;
      cards.clear();
      for (const [tone, persona] of shown.entries()) {
        cards.set(
          persona.id,
          personCard(persona, tone, () => onSelect(persona.id)),
        );
      }
      const rows = [...cards.values()].map(({ button }) => el("li", {}, [button]));
      list.replaceChildren(...rows);
    }
    for (const [id, card] of cards) {
      const chat = chatOf(state, id);
      card.button.setAttribute("aria-current", String(id === state.activePersona));
      card.badge.hidden = chat.unreadCount === 0;
      card.badge.replaceChildren(
        document.createTextNode(String(chat.unreadCount)),
        spoken(" unread"),
      );
      updateLine(card, chat);
    }
  };
}
