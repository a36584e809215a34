import { createContext, useContext, useEffect, useState, useSyncExternalStore } from "react";
import type { SignedIn } from "../api/calls.ts";
import { deviceNowMs } from "./clock.ts";
import type { Desk, DeskState } from "./desk.ts";
import type { Store } from "./store.ts";

export interface Workplace {
  session: SignedIn;
  store: Store;
  desk: Desk;
}

const Context = createContext<Workplace | null>(null);
export const WorkplaceProvider = Context.Provider;

/** What every signed-in view works with. */
export function useWorkplace(): Workplace {
  const workplace = useContext(Context);
  if (!workplace) throw new Error("Used outside of the signed-in part.");
  return workplace;
}

/** The store, and a render whenever it changes. */
export function useRows(): { store: Store; revision: number } {
  const { store } = useWorkplace();
  return { store, revision: useSyncExternalStore(store.subscribe, store.revision) };
}

export function useDesk(): DeskState {
  const { desk } = useWorkplace();
  return useSyncExternalStore(desk.subscribe, desk.state);
}

/** Business time, renewed this often and with each change of the store: for countdowns and "today". */
export function useNow(everyMs: number): number {
  const { store } = useRows();
  const [, setTickedMs] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => setTickedMs(deviceNowMs()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return store.nowMs();
}
