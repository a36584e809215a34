import type { Message } from "../api/calls.ts";
import { useKeys } from "./keys.ts";

interface Acts {
  togglePanel: () => void;
  /** Undefined while nobody may write here. */
  reply: ((message: Message) => void) | undefined;
}

/** `c` goes to the composer, `r` answers the lead's newest message by quoting it, `d` toggles the details. */
export function useChatKeys(messages: readonly Message[], { togglePanel, reply }: Acts): void {
  useKeys({
    c: () => document.getElementById("composer-text")?.focus(),
    r: () => {
      const newest = messages.findLast(({ author, wamid }) => author === "lead" && wamid !== null);
      if (newest) reply?.(newest);
    },
    d: togglePanel,
  });
}
