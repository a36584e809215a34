import { useEffect, useEffectEvent } from "react";

/** What a key does; by `KeyboardEvent.key`. */
export type Keys = Readonly<Record<string, () => void>>;

/** Runs a key's action when it is pressed alone, nobody types and no dialog is open. */
export function useKeys(keys: Keys): void {
  const pressed = useEffectEvent((event: KeyboardEvent) => {
    const action = isPlainKey(event) ? keys[event.key] : undefined;
    if (!action) return;
    event.preventDefault();
    action();
  });
  useEffect(() => {
    const listener = (event: KeyboardEvent) => pressed(event);
    document.addEventListener("keydown", listener);
    return () => document.removeEventListener("keydown", listener);
  }, []);
}

function isPlainKey(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return false;
  const { target } = event;
  if (!(target instanceof HTMLElement)) return true;
  return target.closest("input, textarea, select, [contenteditable], [role=dialog]") === null;
}
