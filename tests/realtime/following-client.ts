import type { EventFrame, ServerFrame } from "../../src/realtime/protocol.ts";
import { openSocket, type Socket } from "./client.ts";

type Row = Record<string, unknown> & { id: string; version: number };

interface Options {
  /** Addresses to choose from, at each connection anew. */
  urls: readonly string[];
  ticket(): string;
  snapshot(): Promise<Row[]>;
  random: { below(limit: number): number };
}

/** A dashboard reduced to its rule: keeps messages up to date, whatever happens to its sockets. */
export function startClient(options: Options) {
  const rows = new Map<string, Row>();
  const seen = new Set<string>();
  const counts = { connects: 0, welcomes: 0, resumed: 0, resets: 0, doubledInLog: 0 };
  const lastOfSocket = { id: "" };
  let cursor: string | undefined;
  let socket: Socket | undefined;
  let stopped = false;
  let snapshots = 0;

  function put(row: Row): void {
    if (row.version > (rows.get(row.id)?.version ?? 0)) rows.set(row.id, row);
  }

  async function fetchSnapshot(): Promise<void> {
    snapshots += 1;
    const mine = snapshots;
    const found = await options.snapshot();
    if (mine === snapshots) for (const row of found) put(row);
  }

  function take(frame: ServerFrame): void {
    if (frame.type === "resumed") counts.resumed += 1;
    if (frame.type === "welcome" || frame.type === "reset") startAnew(frame);
    if (frame.id !== null) apply(frame);
  }

  function startAnew(frame: Extract<ServerFrame, { type: "welcome" | "reset" }>): void {
    if (frame.type === "reset") counts.resets += 1;
    else counts.welcomes += 1;
    cursor = frame.data.cursor;
    void fetchSnapshot();
  }

  function apply(frame: EventFrame): void {
    if (frame.id === lastOfSocket.id) counts.doubledInLog += 1;
    lastOfSocket.id = frame.id;
    cursor = frame.id;
    if (seen.has(frame.data.eventId) || !frame.type.startsWith("message.")) return;
    seen.add(frame.data.eventId);
    put(frame.data.row as Row);
  }

  const ended = (async () => {
    while (!stopped) {
      const url = options.urls[options.random.below(options.urls.length)] ?? "";
      const { promise: closed, resolve } = Promise.withResolvers<void>();
      const opened = await openSocket(url, { onFrame: take, onClose: resolve });
      counts.connects += 1;
      lastOfSocket.id = "";
      socket = opened;
      opened.send("hello", { ticket: options.ticket(), ...(cursor && { cursor }) });
      await closed;
      await Bun.sleep(options.random.below(20));
    }
  })();

  return {
    rows,
    counts,
    cut: () => socket?.close(),
    stop: async () => {
      stopped = true;
      socket?.close();
      await ended;
    },
  };
}
