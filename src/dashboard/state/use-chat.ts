import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import {
  type Conversation,
  fetchConversation,
  fetchMessages,
  type HandOverVerb,
  handOver,
  sendMessage,
} from "../api/calls.ts";
import { sayError } from "../api/http.ts";
import { useRows, useWorkplace } from "./context.ts";
import type { Draft } from "./store.ts";
import { chatOf, currentRow } from "./view.ts";

/** One conversation as it is now; fetched by itself when the inbox has not brought it. */
export function useConversation(id: string) {
  const { store } = useRows();
  const row = currentRow(store, id);
  const query = useQuery({
    queryKey: ["conversation", id],
    queryFn: async ({ signal }) => {
      store.putRows([await fetchConversation(id, signal)]);
      return true;
    },
  });
  return { row, error: row ? null : query.error, retry: query.refetch };
}

/** A chat's messages: pages backwards from the newest, live events in place. */
export function useMessages(conversationId: string) {
  const { store, revision } = useRows();
  const query = useInfiniteQuery({
    queryKey: ["messages", conversationId],
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam, signal }) => {
      const page = await fetchMessages(conversationId, pageParam, signal);
      store.putMessages(page.data);
      return { firstSeq: page.data[0]?.seq ?? 0, nextCursor: page.nextCursor };
    },
    getNextPageParam: (page) => page.nextCursor,
  });
  const fromSeq = query.data?.pages.at(-1)?.firstSeq ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the store's revision stands for its content.
  const chat = useMemo(
    () => chatOf(store, conversationId, fromSeq),
    [store, revision, conversationId, fromSeq],
  );
  return { query, chat };
}

/** Takeover, release, attention dealt with: shown at once, taken back when the server refuses. */
export function useHandOver(conversationId: string) {
  const { store, session } = useWorkplace();
  const queries = useQueryClient();
  const wishes: Record<HandOverVerb, Partial<Conversation>> = {
    takeover: { mode: "human", takenOverBy: session.user.id, attentionReason: null },
    release: { mode: "bot", takenOverBy: null },
    "resolve-attention": { attentionReason: null },
  };
  return useMutation({
    mutationFn: (verb: HandOverVerb) => handOver(conversationId, verb),
    onMutate: (verb) => {
      store.wishes.set(conversationId, wishes[verb]);
      store.changed();
    },
    onSuccess: (state) => store.putState(state),
    onSettled: () => {
      store.wishes.delete(conversationId);
      store.changed();
      void queries.invalidateQueries({ queryKey: ["panel", conversationId] });
    },
  });
}

/** Sends what was typed: it stands in the chat at once, and stays there with its error if refused. */
export function useSend(conversationId: string) {
  const { store } = useWorkplace();
  const queries = useQueryClient();

  async function send(draft: Draft): Promise<void> {
    store.drafts.set(draft.key, { ...draft, error: null });
    store.changed();
    try {
      const message = await sendMessage(conversationId, draft.text, draft.key);
      store.drafts.delete(draft.key);
      store.putMessages([message]);
    } catch (error) {
      store.drafts.set(draft.key, { ...draft, error: sayError(error) });
      store.changed();
      // The server's word about the window and the holder wins over what stood here.
      void queries.invalidateQueries({ queryKey: ["conversation", conversationId] });
    }
  }

  return {
    sendText: (text: string, afterSeq: number) =>
      send({
        afterSeq,
        key: crypto.randomUUID(),
        conversationId,
        text,
        sentAt: new Date(performance.timeOrigin + performance.now()).toISOString(),
        error: null,
      }),
    retry: send,
    discard: (draft: Draft) => {
      store.drafts.delete(draft.key);
      store.changed();
    },
  };
}
