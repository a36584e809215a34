import type { LiveStatus } from "../../src/dashboard/live/machine.ts";
import { connectLive } from "../../src/dashboard/live.ts";
import { Store } from "../../src/dashboard/state/store.ts";
import type { EventFrame } from "../../src/realtime/protocol.ts";
import { eventually } from "../support/wait.ts";
import type { Rest } from "./rest.ts";

export type Desk = ReturnType<typeof openDesk>;

/** The dashboard without its pages: its live client and its store, fed by the API and the channel. */
export function openDesk(url: string, rest: Rest) {
  const store = new Store();
  const taken: EventFrame[] = [];
  const seen = { timesLive: 0, snapshots: 0, status: "connecting" as LiveStatus };
  const fetching = new Set<Promise<unknown>>();
  let ended = false;

  /** As the dashboard's queries do, it asks again until it is answered. */
  function fetchPatiently(work: () => Promise<void>): void {
    const fetched = eventually(async () => ended || (await work().then(() => true)), {
      timeoutMs: 30_000,
      everyMs: 250,
    });
    fetching.add(fetched);
    void fetched.finally(() => fetching.delete(fetched));
  }

  const client = connectLive({
    url,
    ticket: rest.ticket,
    onStatus: (status) => {
      seen.status = status;
      if (status === "live") seen.timesLive += 1;
    },
    onSnapshot: () => {
      seen.snapshots += 1;
      fetchPatiently(() => rest.fill(store));
    },
    onEvent: (frame) => {
      taken.push(frame);
      const missing = store.take(frame);
      if (missing === null) return;
      fetchPatiently(async () => store.putRows([await rest.conversation(missing)]));
    },
    onControl: () => {},
  });

  return {
    store,
    /** Events in the order in which they were taken. */
    taken,
    seen,
    get isAtRest() {
      return seen.status === "live" && fetching.size === 0;
    },
    stop: () => {
      ended = true;
      client.stop();
    },
  };
}
