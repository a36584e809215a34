/// <reference lib="dom" />
import type { Persona } from "../../contract.ts";
import { type Act, type ActContext, chatActs, messageActs } from "../acts.ts";
import { byId, el } from "../dom.ts";
import { activePerson, type ChatMessage, chatOf, type PhoneState } from "../state.ts";

interface ActsEvents {
  /** Answers with what went wrong, or null. */
  onAct(act: Act, context: ActContext): Promise<string | null>;
  onClose(): void;
}

function actLabel(act: Act, index: number): HTMLLabelElement {
  const radio = el("input", {
    attributes: { type: "radio", name: "act", value: act.id, required: "" },
  });
  radio.autofocus = index === 0;
  radio.checked = index === 0;
  const words = [
    el("span", { className: "row-title", text: act.label }),
    el("span", { className: "row-description", text: act.hint }),
  ];
  return el("label", { className: "row" }, [el("span", { className: "row-words" }, words), radio]);
}

/** The sheet's elements, closed by its cross and by a click beside it. */
function sheetParts() {
  const dialog = byId("acts-sheet", HTMLDialogElement);
  const field = byId("acts-field", HTMLElement);
  const label = byId("acts-label", HTMLElement);
  const input = byId("acts-input", HTMLInputElement);
  const problem = byId("acts-problem", HTMLElement);
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  byId("acts-cancel", HTMLButtonElement).addEventListener("click", () => dialog.close());
  return {
    dialog,
    input,
    problem,
    form: byId("acts-form", HTMLFormElement),
    title: byId("acts-title", HTMLElement),
    rows: byId("acts-rows", HTMLElement),
    send: byId("acts-send", HTMLButtonElement),
    ask(asks: Act["asks"], persona: Persona, message: ChatMessage | undefined): void {
      field.hidden = asks === null;
      input.required = asks !== null;
      label.textContent = asks?.label ?? "";
      input.value = asks?.suggest(persona, message) ?? "";
      problem.textContent = "";
    },
  };
}

/** The sheet behind the plus sign and behind each message's dots: what a phone can do besides typing. */
export function createActsView(events: ActsEvents): (state: PhoneState) => void {
  const { dialog, form, title, rows, problem, send, input, ask } = sheetParts();
  let shown: PhoneState["openActs"] = null;
  let acts: readonly Act[] = [];
  let state: PhoneState | undefined;

  const picked = () => acts.find(({ id }) => id === new FormData(form).get("act"));
  function message(): ChatMessage | undefined {
    if (!state) return undefined;
    const { messages } = chatOf(state, state.activePersona);
    return messages.find(({ wamid }) => wamid === shown?.wamid);
  }
  function showField(): void {
    const persona = state && activePerson(state);
    if (persona) ask(picked()?.asks ?? null, persona, message());
  }

  dialog.addEventListener("close", () => events.onClose());
  rows.addEventListener("change", showField);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const act = picked();
    const persona = state && activePerson(state);
    if (!act || !persona) return;
    send.disabled = true;
    const context = { persona, input: input.value.trim(), wamid: shown?.wamid ?? "" };
    const failure = await events.onAct(act, context);
    send.disabled = false;
    if (failure === null) dialog.close();
    else problem.textContent = failure;
  });

  return (next) => {
    state = next;
    if (next.openActs === shown) return;
    shown = next.openActs;
    if (shown === null) {
      dialog.close();
      return;
    }
    const about = message();
    acts = about ? messageActs(about) : chatActs;
    title.textContent = about ? "This message" : "More than text";
    rows.replaceChildren(...acts.map(actLabel));
    showField();
    if (!dialog.open) dialog.showModal();
  };
}
