/// <reference lib="dom" />
import type { PhoneFrame } from "../contract.ts";
import { retryDelayMs } from "./backoff.ts";
import { parseFrame } from "./frame.ts";
import type { Connection } from "./state.ts";

const CONNECT_DEADLINE_MS = 8_000;

interface SocketEvents {
  onConnection(connection: Connection): void;
  onFrame(frame: PhoneFrame): void;
}

function phoneUrl(persona: string): string {
  const url = new URL("/simulator/api/phone", location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  url.searchParams.set("persona", persona);
  return url.href;
}

/** Keeps one persona's line to the server open for the life of the page: reconnects with backoff, at once when the device comes back. */
export function keepConnected(persona: string, events: SocketEvents): void {
  let attempt = 0;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;

  function connect(): void {
    retryTimer = undefined;
    const socket = new WebSocket(phoneUrl(persona));
    const deadline = setTimeout(() => socket.close(), CONNECT_DEADLINE_MS);
    socket.addEventListener("open", () => {
      clearTimeout(deadline);
      attempt = 0;
      events.onConnection("open");
    });
    socket.addEventListener("message", (event: MessageEvent<unknown>) => {
      const frame = parseFrame(event.data);
      if (frame) events.onFrame(frame);
    });
    socket.addEventListener("close", () => {
      clearTimeout(deadline);
      events.onConnection("reconnecting");
      retryTimer = setTimeout(connect, retryDelayMs(attempt, Math.random()));
      attempt += 1;
    });
  }

  function retryNow(): void {
    if (retryTimer === undefined || document.visibilityState === "hidden") return;
    clearTimeout(retryTimer);
    connect();
  }

  window.addEventListener("online", retryNow);
  document.addEventListener("visibilitychange", retryNow);
  connect();
}
