import { createServer, type Socket, connect as tcpConnect } from "node:net";
import { sleep } from "../../../src/lib/sleep.ts";

/**
 * What the network does to every connection while it is set.
 * - `reset_after_write`: a request reaches the server; when it answers, the client gets a reset instead.
 * - `drop_reply`: requests reach the server, its answers nobody; the connection stays open.
 * - `black_hole`: nothing gets through any more, either way; the connection stays open.
 * - `delay`: every piece, either way, arrives so much later, in order.
 * - `half_close`: the client sees the end of the stream; what it still writes reaches the server.
 *
 * TCP does not lose bytes in the middle, so a connection that has lost some is silent for good, also
 * after the network has healed: only a new one works.
 */
export type NetworkMode =
  | { kind: "pass" | "reset_after_write" | "drop_reply" | "black_hole" | "half_close" }
  | { kind: "delay"; delayMs: number };

/** Bytes of one connection, in the order in which it was accepted. */
export interface ConnectionCounts {
  /** From the client to the server. */
  forwardedBytes: number;
  /** From the server to the client. */
  returnedBytes: number;
  /** That went nowhere, either way. */
  swallowedBytes: number;
  endedBy: "nobody" | "client" | "server" | "reset" | "half_close";
}

export interface FaultProxy {
  readonly port: number;
  readonly connections: readonly Readonly<ConnectionCounts>[];
  /** Counts at once for open connections and for new ones. */
  set(mode: NetworkMode): void;
  /** Ends every connection and listens no more. */
  stop(): void;
}

/** A network in front of one server on loopback, for faults that the server cannot be asked for. */
export async function startFaultProxy(targetPort: number): Promise<FaultProxy> {
  const links = new Set<Link>();
  const connections: ConnectionCounts[] = [];
  let mode: NetworkMode = { kind: "pass" };
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const counts: ConnectionCounts = {
      forwardedBytes: 0,
      returnedBytes: 0,
      swallowedBytes: 0,
      endedBy: "nobody",
    };
    connections.push(counts);
    const link = new Link(client, tcpConnect(targetPort, "127.0.0.1"), counts, () => mode);
    links.add(link);
    client.on("close", () => links.delete(link));
    link.changed();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("No proxy port.");
  return {
    port: address.port,
    connections,
    set: (next) => {
      mode = next;
      for (const link of links) link.changed();
    },
    stop: () => {
      for (const link of links) link.end();
      server.close();
    },
  };
}

/** The same address with the proxy's port in it. */
export function throughProxy(url: string, { port }: FaultProxy): string {
  const changed = new URL(url);
  changed.port = String(port);
  return changed.href;
}

/** One client's connection and the one made for it. */
class Link {
  readonly #client: Socket;
  readonly #upstream: Socket;
  readonly #counts: ConnectionCounts;
  readonly #mode: () => NetworkMode;
  /** Whose bytes were lost once: that way is dead for good. */
  #deafTo: { client: boolean; server: boolean } = { client: false, server: false };
  #toServer = Promise.resolve();
  #toClient = Promise.resolve();

  constructor(client: Socket, upstream: Socket, counts: ConnectionCounts, mode: () => NetworkMode) {
    this.#client = client;
    this.#upstream = upstream;
    this.#counts = counts;
    this.#mode = mode;
    client.on("error", () => undefined);
    upstream.on("error", () => undefined);
    client.on("data", (data) => this.#fromClient(bytesOf(data)));
    upstream.on("data", (data) => this.#fromServer(bytesOf(data)));
    client.on("end", () => this.#ended("client"));
    client.on("close", () => this.#ended("client"));
    upstream.on("close", () => this.#ended("server"));
  }

  /** The mode is another one now. */
  changed(): void {
    if (this.#mode().kind !== "half_close" || this.#counts.endedBy !== "nobody") return;
    this.#counts.endedBy = "half_close";
    this.#deafTo.server = true;
    this.#client.end();
  }

  end(): void {
    this.#client.destroy();
    this.#upstream.destroy();
  }

  #fromClient(data: Buffer): void {
    const mode = this.#mode();
    if (mode.kind === "black_hole") this.#deafTo = { client: true, server: true };
    if (this.#deafTo.client) {
      this.#swallow(data);
      return;
    }
    this.#toServer = this.#later(this.#toServer, mode, () => {
      this.#counts.forwardedBytes += data.length;
      this.#upstream.write(data);
    });
  }

  #fromServer(data: Buffer): void {
    const mode = this.#mode();
    if (mode.kind === "reset_after_write" && !this.#deafTo.server) {
      this.#reset(data);
      return;
    }
    if (mode.kind === "black_hole") this.#deafTo = { client: true, server: true };
    if (mode.kind === "drop_reply") this.#deafTo.server = true;
    if (this.#deafTo.server) {
      this.#swallow(data);
      return;
    }
    this.#toClient = this.#later(this.#toClient, mode, () => {
      this.#counts.returnedBytes += data.length;
      this.#client.write(data);
    });
  }

  #swallow(data: Buffer): void {
    this.#counts.swallowedBytes += data.length;
  }

  #reset(data: Buffer): void {
    this.#swallow(data);
    this.#counts.endedBy = "reset";
    this.#client.resetAndDestroy();
    this.#upstream.destroy();
  }

  /** After what is still on its way, however the mode changes meanwhile. */
  async #later(before: Promise<void>, mode: NetworkMode, write: () => void): Promise<void> {
    const arrivesAtMs = performance.now() + (mode.kind === "delay" ? mode.delayMs : 0);
    await before;
    const leftMs = arrivesAtMs - performance.now();
    if (leftMs > 0) await sleep(leftMs);
    write();
  }

  /** A dead network tells neither side that the other one has left. */
  #ended(by: "client" | "server"): void {
    if (this.#counts.endedBy === "nobody") this.#counts.endedBy = by;
    if (by === "client") void this.#toServer.then(() => this.#upstream.destroy());
    else if (!this.#deafTo.server) void this.#toClient.then(() => this.#client.destroy());
  }
}

/** Sockets without an encoding give bytes, whatever their type says. */
function bytesOf(data: string | Buffer): Buffer {
  return typeof data === "string" ? Buffer.from(data) : data;
}
