import { useQueryClient } from "@tanstack/react-query";
import { type Message, sendMessage } from "../api/calls.ts";
import { sayError } from "../api/http.ts";
import { newIdempotencyKey } from "../api/idempotency-key.ts";
import { useWorkplace } from "./context.ts";
import type { Draft } from "./store.ts";

interface Typed {
  text: string;
  replyTo: Message | null;
  /** The chat's last message when it was typed. */
  afterSeq: number;
}

/** Sends what was typed: it stands in the chat at once, and stays there with its error if refused. */
export function useSend(conversationId: string) {
  const { store } = useWorkplace();
  const queries = useQueryClient();

  async function send(draft: Draft): Promise<void> {
    store.drafts.set(draft.key, { ...draft, error: null });
    store.changed();
    try {
      const { text, replyTo, key } = draft;
      const message = await sendMessage(
        conversationId,
        { text, replyTo: replyTo?.id ?? null },
        key,
      );
      store.drafts.delete(key);
      store.putMessages([message]);
    } catch (error) {
      store.drafts.set(draft.key, { ...draft, error: sayError(error) });
      store.changed();
      // The server's word about the window and the holder wins over what stood here.
      void queries.invalidateQueries({ queryKey: ["conversation", conversationId] });
    }
  }

  return {
    sendTyped: (typed: Typed) => {
      const sentAt = new Date(store.nowMs()).toISOString();
      return send({ ...typed, key: newIdempotencyKey(), conversationId, sentAt, error: null });
    },
    retry: send,
    discard: (draft: Draft) => {
      store.drafts.delete(draft.key);
      store.changed();
    },
  };
}
