import type { ServerFrame } from "../../src/realtime/protocol.ts";
import { eventually } from "../support/wait.ts";

export type Frame<Type extends ServerFrame["type"] = ServerFrame["type"]> = Extract<
  ServerFrame,
  { type: Type }
>;

/** A plain socket that keeps every frame; it knows nothing of resuming. */
export async function openSocket(
  url: string,
  on: { onFrame?(frame: ServerFrame): void; onClose?(): void } = {},
) {
  const socket = new WebSocket(url);
  const frames: ServerFrame[] = [];
  const closed: { code: number | null; reason: string } = { code: null, reason: "" };
  socket.onmessage = ({ data }) => {
    const frame: ServerFrame = JSON.parse(String(data));
    frames.push(frame);
    on.onFrame?.(frame);
  };
  socket.onclose = ({ code, reason }) => {
    Object.assign(closed, { code, reason });
    on.onClose?.();
  };
  await eventually(() => socket.readyState === WebSocket.OPEN || closed.code !== null);
  const self = {
    frames,
    closed,
    send: (type: string, data: unknown = {}, id?: string) =>
      socket.send(JSON.stringify({ v: 1, type, data, ...(id !== undefined && { id }) })),
    sendText: (text: string) => socket.send(text),
    /** Says hello and waits for the answer. */
    hello: async (ticket: string, cursor?: string) => {
      self.send("hello", { ticket, ...(cursor !== undefined && { cursor }) });
      return await eventually(() =>
        frames.find(({ type }) => type === "welcome" || type === "resumed" || type === "reset"),
      );
    },
    all: <Type extends ServerFrame["type"]>(type: Type): Frame<Type>[] =>
      frames.filter((frame): frame is Frame<Type> => frame.type === type),
    events: () => frames.filter(isEvent),
    first: async <Type extends ServerFrame["type"]>(type: Type, timeoutMs = 5_000) =>
      await eventually(() => self.all(type)[0], { timeoutMs }),
    closedWith: async (timeoutMs = 5_000) => await eventually(() => closed.code, { timeoutMs }),
    close: () => socket.close(),
  };
  return self;
}

export type Socket = Awaited<ReturnType<typeof openSocket>>;

export function isEvent(frame: ServerFrame) {
  return frame.id !== null;
}
