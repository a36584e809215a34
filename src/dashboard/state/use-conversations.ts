import { useInfiniteQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { fetchConversations, type InboxQuery } from "../api/calls.ts";
import { useRows, useWorkplace } from "./context.ts";
import { inboxLines } from "./view.ts";

/** The inbox: lines that are brought up to date by live events, page after page. */
export function useConversations({ queue, search }: InboxQuery) {
  const { store } = useWorkplace();
  const query = useInfiniteQuery({
    queryKey: ["conversations", queue, search],
    initialPageParam: null as string | null,
    queryFn: async ({ pageParam, signal }) => {
      const page = await fetchConversations({ queue, search }, pageParam, signal);
      store.putRows(page.data);
      return { ids: page.data.map(({ id }) => id), nextCursor: page.nextCursor };
    },
    getNextPageParam: (page) => page.nextCursor,
  });
  const { revision } = useRows();
  const pages = query.data?.pages;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the store's revision stands for its content.
  const lines = useMemo(() => {
    const ids = pages?.flatMap((page) => page.ids) ?? [];
    const oldest = query.hasNextPage && search === "" ? (ids.at(-1) ?? null) : null;
    return inboxLines(store, { queue, found: search === "" ? null : new Set(ids), oldest });
  }, [store, revision, pages, query.hasNextPage, queue, search]);
  return { query, lines: pages ? lines : [] };
}
