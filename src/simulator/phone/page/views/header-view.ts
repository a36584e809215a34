/// <reference lib="dom" />
import { byId, initials } from "../dom.ts";
import { activePerson, type Chat, chatOf, type PhoneState } from "../state.ts";

function statusOf(state: PhoneState, chat: Chat): { text: string; tone: string } {
  if (state.people === "failed") return { text: "Leadline does not answer", tone: "bad" };
  if (state.people === "loading" || chat.connection === "connecting") {
    return { text: "Connecting…", tone: "wait" };
  }
  if (chat.connection === "reconnecting") return { text: "Reconnecting…", tone: "bad" };
  return chat.businessTyping
    ? { text: "typing…", tone: "typing" }
    : { text: state.business.displayPhoneNumber, tone: "calm" };
}

/** The business at the top of the phone, what it is doing, and the banner while the line is down. */
export function createHeaderView(): (state: PhoneState) => void {
  const name = byId("business-name", HTMLElement);
  const picture = byId("business-picture", HTMLElement);
  const status = byId("business-status", HTMLElement);
  const banner = byId("connection-banner", HTMLElement);
  const playing = byId("playing", HTMLElement);

  return (state) => {
    const chat = chatOf(state, state.activePersona);
    const { text, tone } = statusOf(state, chat);
    if (state.business.name !== "" && name.textContent !== state.business.name) {
      name.textContent = state.business.name;
      picture.textContent = initials(state.business.name);
    }
    if (status.textContent !== text) status.textContent = text;
    status.dataset["tone"] = tone;
    banner.hidden = state.people !== "failed" && chat.connection !== "reconnecting";
    const unread = Object.values(state.chats).reduce(
      (sum, { unreadCount }) => sum + unreadCount,
      0,
    );
    const person = activePerson(state);
    playing.textContent = person ? `You are ${person.name}` : "";
    document.title = `${unread > 0 ? `(${unread}) ` : ""}Leadline · practice phone`;
  };
}
