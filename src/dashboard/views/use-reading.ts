import { useEffect } from "react";
import { type ConversationRow, type Message, markRead } from "../api/calls.ts";
import { useWorkplace } from "../state/context.ts";

/** Long enough that passing through the list with the keyboard reads nothing. */
const GLANCE_MS = 700;

/** Marks what is on the screen as read, once somebody has had a look. */
export function useReading(
  row: ConversationRow,
  messages: readonly Message[],
  showsNewest: boolean,
): void {
  const { store } = useWorkplace();
  const newestSeq = messages.at(-1)?.seq ?? 0;
  const isUnread = showsNewest && row.unreadCount > 0 && newestSeq > row.readSeq;
  useEffect(() => {
    if (!isUnread) return;
    const read = () => {
      if (document.visibilityState !== "visible") return;
      // Not read is what it was before: the next message or visit tries again.
      markRead(row.id, newestSeq).then(
        (state) => store.putState(state),
        () => {},
      );
    };
    const timer = setTimeout(read, GLANCE_MS);
    document.addEventListener("visibilitychange", read);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", read);
    };
  }, [isUnread, row.id, newestSeq, store]);
}
