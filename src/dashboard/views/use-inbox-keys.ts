import { useNavigate } from "@tanstack/react-router";
import type { ConversationRow } from "../api/calls.ts";
import { useKeys } from "./keys.ts";

/** Moves through the list, and to the search, without the mouse. */
export function useInboxKeys(lines: readonly ConversationRow[], openId: string | null): void {
  const navigate = useNavigate();
  function move(by: number): void {
    const index = lines.findIndex(({ id }) => id === openId);
    const target = lines[index < 0 ? 0 : Math.max(0, index + by)];
    if (!target || target.id === openId) return;
    void navigate({ to: "/conversations/$id", params: { id: target.id }, search: true });
  }
  const next = () => move(1);
  const previous = () => move(-1);
  useKeys({
    j: next,
    ArrowDown: next,
    k: previous,
    ArrowUp: previous,
    "/": () => document.getElementById("search")?.focus(),
  });
}
