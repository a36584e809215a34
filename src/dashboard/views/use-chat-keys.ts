import type { ConversationRow } from "../api/calls.ts";
import { useHandOver } from "../state/use-chat.ts";
import { useKeys } from "./keys.ts";

/** `t` takes over or hands back, `c` goes to the composer, `d` toggles the details. */
export function useChatKeys(row: ConversationRow, togglePanel: () => void): void {
  const { mutate, isPending } = useHandOver(row.id);
  useKeys({
    t: () => {
      if (!isPending) mutate(row.mode === "bot" ? "takeover" : "release");
    },
    c: () => document.getElementById("composer-text")?.focus(),
    d: togglePanel,
  });
}
