/// <reference lib="dom" />
import type { ReplyOption } from "../../contract.ts";
import { byId, el } from "../dom.ts";
import { type ChatMessage, chatOf, type PhoneState } from "../state.ts";

interface SheetEvents {
  onPick(message: ChatMessage, row: ReplyOption): void;
  onClose(): void;
}

function rowLabel(row: ReplyOption, index: number): HTMLLabelElement {
  const radio = el("input", {
    attributes: { type: "radio", name: "row", value: row.id, required: "" },
  });
  radio.autofocus = index === 0;
  const words = [
    el("span", { className: "row-title", text: row.title, attributes: { dir: "auto" } }),
  ];
  if (row.description !== undefined) {
    const text = row.description;
    words.push(el("span", { className: "row-description", text, attributes: { dir: "auto" } }));
  }
  return el("label", { className: "row" }, [el("span", { className: "row-words" }, words), radio]);
}

/** The bottom sheet with the rows of a list message: pick one, then send it, as on the real phone. */
export function createSheetView(events: SheetEvents): (state: PhoneState) => void {
  const dialog = byId("list-sheet", HTMLDialogElement);
  const form = byId("list-form", HTMLFormElement);
  const title = byId("list-title", HTMLElement);
  const rows = byId("list-rows", HTMLElement);
  const send = byId("list-send", HTMLButtonElement);
  let shown: ChatMessage | undefined;

  dialog.addEventListener("close", () => events.onClose());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  byId("list-cancel", HTMLButtonElement).addEventListener("click", () => dialog.close());
  form.addEventListener("change", () => {
    send.disabled = false;
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const picked = shown?.list?.rows.find(({ id }) => id === new FormData(form).get("row"));
    if (shown && picked) events.onPick(shown, picked);
  });

  return (state) => {
    const { messages } = chatOf(state, state.activePersona);
    const wanted = messages.find(({ wamid }) => wamid === state.openList);
    if (wanted === shown) return;
    shown = wanted;
    if (wanted?.list === undefined) {
      dialog.close();
      return;
    }
    title.textContent = wanted.list.button;
    rows.replaceChildren(...wanted.list.rows.map(rowLabel));
    send.disabled = true;
    if (!dialog.open) dialog.showModal();
  };
}
