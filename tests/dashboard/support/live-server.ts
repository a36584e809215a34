import { Value } from "@sinclair/typebox/value";
import type { ServerWebSocket } from "bun";
import { clientFrames, type ServerFrame } from "../../../src/realtime/protocol.ts";
import { eventually } from "../../support/wait.ts";

type Hello = { type: "hello"; data: { ticket: string; cursor?: string } };

/**
 * A live server whose every word the test says. It checks by the protocol's schemas that what the
 * client sends is well formed.
 */
export function startLiveServer() {
  const sockets: ServerWebSocket<undefined>[] = [];
  const hellos: Hello["data"][] = [];
  const types: string[] = [];
  const malformed: string[] = [];
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request, self) =>
      self.upgrade(request) ? undefined : new Response("", { status: 400 }),
    websocket: {
      open: (socket) => {
        sockets.push(socket);
      },
      message: (_, text) => {
        const frame = JSON.parse(String(text)) as Hello;
        const schema = clientFrames[frame.type];
        if (!(schema && Value.Check(schema, frame))) malformed.push(String(text));
        types.push(frame.type);
        if (frame.type === "hello") hellos.push(frame.data);
      },
    },
  });
  return {
    url: `ws://127.0.0.1:${server.port}/live`,
    hellos,
    types,
    malformed,
    /** Resolves with the n-th hello (from 1). */
    hello: (count: number) => eventually(async () => hellos[count - 1] ?? null),
    /** Says something on the newest socket. */
    say: (...frames: ServerFrame[]) => {
      for (const frame of frames) sockets.at(-1)?.send(JSON.stringify(frame));
    },
    cut: (code?: number) => (code ? sockets.at(-1)?.close(code) : sockets.at(-1)?.terminate()),
    stop: () => server.stop(true),
  };
}
