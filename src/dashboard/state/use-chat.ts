import {
  type InfiniteData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import {
  type Conversation,
  fetchConversation,
  fetchMessages,
  type HandOverVerb,
  handOver,
  seize,
} from "../api/calls.ts";
import { useRows, useWorkplace } from "./context.ts";
import { chatOf, currentRow } from "./view.ts";

/** What no live event tells: the time. Often enough for a countdown in minutes. */
const REFETCH_MS = 30_000;

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
    refetchInterval: REFETCH_MS,
    refetchOnWindowFocus: "always",
  });
  return { row, error: row ? null : query.error, retry: query.refetch };
}

interface Page {
  firstSeq: number;
  nextCursor: string | null;
}

/** A chat's messages: pages backwards from the newest, live events in place. */
export function useMessages(conversationId: string) {
  const { store, revision } = useRows();
  const queries = useQueryClient();
  const query = useInfiniteQuery({
    queryKey: ["messages", conversationId],
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam, signal }): Promise<Page> => {
      const page = await fetchMessages(conversationId, pageParam, signal);
      store.putMessages(page.data);
      return { firstSeq: page.data[0]?.seq ?? 0, nextCursor: page.nextCursor };
    },
    getNextPageParam: (page) => page.nextCursor,
  });
  // Who comes back starts at the end again: a hundred pages need not be fetched anew for that.
  useEffect(() => {
    const forget = () =>
      queries.setQueryData<InfiniteData<Page, string | null>>(
        ["messages", conversationId],
        (known) =>
          known && { pages: known.pages.slice(0, 1), pageParams: known.pageParams.slice(0, 1) },
      );
    return () => void forget();
  }, [queries, conversationId]);
  const fromSeq = query.data?.pages.at(-1)?.firstSeq ?? 0;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the store's revision stands for its content.
  const chat = useMemo(
    () => chatOf(store, conversationId, fromSeq),
    [store, revision, conversationId, fromSeq],
  );
  return { query, chat };
}

/** `seize`: from a colleague. */
export type HandOverAct = HandOverVerb | "seize";

/** One step, which names the colleague: if they gave it back meanwhile, it is simply taken. */
function act(id: string, what: HandOverAct, holderId: string | null): Promise<Conversation> {
  if (what !== "seize") return handOver(id, what);
  return holderId === null ? handOver(id, "takeover") : seize(id, holderId);
}

/** Takeover, release, attention dealt with: shown at once, taken back when the server refuses. */
export function useHandOver(conversationId: string) {
  const { store, session } = useWorkplace();
  const queries = useQueryClient();
  const held = { mode: "human", takenOverBy: session.user.id, attentionReason: null } as const;
  const wishes: Record<HandOverAct, Partial<Conversation>> = {
    takeover: held,
    seize: held,
    release: { mode: "bot", takenOverBy: null },
    "resolve-attention": { attentionReason: null },
  };
  return useMutation({
    mutationFn: (what: HandOverAct) => {
      const holderId = store.states.get(conversationId)?.takenOverBy ?? null;
      return act(conversationId, what, holderId);
    },
    onMutate: (what) => {
      store.wishes.set(conversationId, wishes[what]);
      store.changed();
    },
    onSuccess: (state) => store.putState(state),
    // Who has it instead is told by the row.
    onError: () => queries.invalidateQueries({ queryKey: ["conversation", conversationId] }),
    onSettled: () => {
      store.wishes.delete(conversationId);
      store.changed();
      void queries.invalidateQueries({ queryKey: ["panel", conversationId] });
    },
  });
}
