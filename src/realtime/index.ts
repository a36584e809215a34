import { Elysia } from "elysia";
import { asyncApiDocument } from "./asyncapi.ts";
import { Channel } from "./channel.ts";
import type { RealtimeDeps } from "./deps.ts";

/**
 * For the constructor of the application that is listened on: Elysia ignores these on a route. Bun
 * pings idle sockets by itself, and ends one that does not answer.
 */
export const websocketSettings = {
  idleTimeout: 30,
  maxPayloadLength: 16 * 1024,
  backpressureLimit: 1024 * 1024,
  closeOnBackpressureLimit: true,
  perMessageDeflate: false,
} as const;

const hidden = { detail: { hide: true } };

/**
 * The live channel: `/live` for sockets, `/asyncapi.json` for its description. `stop` sends everybody
 * elsewhere within the grace time; stop it before the server.
 */
export function realtime(deps: RealtimeDeps) {
  const channel = new Channel(deps);
  const document = asyncApiDocument();
  const routes = new Elysia({ name: "realtime" })
    .get("/asyncapi.json", () => document, {
      detail: {
        tags: ["Live"],
        summary: "The live channel's frames, as AsyncAPI 3",
      },
    })
    .ws("/live", {
      ...hidden,
      open: (ws) => channel.open(ws.id, ws.raw),
      message: (ws, value: unknown) => channel.message(ws.id, value),
      drain: (ws) => channel.drained(ws.id),
      close: (ws, code) => channel.closed(ws.id, code),
    });
  return { routes, stop: (graceMs: number) => channel.stop(graceMs) };
}
