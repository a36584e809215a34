import { useQuery } from "@tanstack/react-query";
import { fetchMedia, type Message } from "../api/calls.ts";

/** Its address is good for five minutes; a new one is fetched before. */
const REFETCH_MS = 4 * 60_000;

/** The file of a message. Asked anew with each version of the message: that is how news of it come. */
export function useMedia(message: Message) {
  return useQuery({
    queryKey: ["media", message.id, message.version],
    queryFn: ({ signal }) => fetchMedia(message.id, signal),
    placeholderData: (before) => (before?.messageId === message.id ? before : undefined),
    refetchInterval: REFETCH_MS,
  });
}
