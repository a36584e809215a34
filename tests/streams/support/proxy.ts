import { createServer, type Socket, connect as tcpConnect } from "node:net";

export interface FaultProxy {
  readonly url: string;
  /** Connections accepted so far. */
  readonly accepted: number;
  /** Swallows everything from now on, both ways, without closing: a half-open network. */
  blackHole(): void;
  /** New connections work; those that were swallowed stay dead. */
  heal(): void;
  /** Answers dropped by `loseNextReply`. */
  readonly lost: number;
  /**
   * Lets requests through, and resets the connection instead of passing on the next answer that
   * contains `text`.
   */
  loseNextReply(text?: string): void;
  /** From now on the server does not learn that a client has closed its end. */
  linger(): void;
  stop(): void;
}

/** A TCP proxy before a Redis, for faults that a server cannot be asked for. */
export async function startProxy(targetPort: number): Promise<FaultProxy> {
  const sockets = new Set<Socket>();
  let swallowing = false;
  let losing: string | undefined;
  let lost = 0;
  let lingering = false;
  let accepted = 0;

  const server = createServer((client) => {
    accepted += 1;
    const upstream = tcpConnect(targetPort, "127.0.0.1");
    let dead = swallowing;
    const pair = [client, upstream];
    for (const socket of pair) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        if (lingering && socket === client) return;
        for (const other of pair) other.destroy();
      });
    }
    client.on("data", (data) => {
      dead ||= swallowing;
      if (!dead) upstream.write(data);
    });
    upstream.on("data", (data) => {
      dead ||= swallowing;
      if (dead) return;
      if (losing !== undefined && data.includes(losing)) {
        losing = undefined;
        lost += 1;
        client.destroy();
        return;
      }
      client.write(data);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("No proxy port.");

  return {
    url: `redis://127.0.0.1:${address.port}`,
    get accepted() {
      return accepted;
    },
    blackHole: () => {
      swallowing = true;
    },
    heal: () => {
      swallowing = false;
    },
    get lost() {
      return lost;
    },
    loseNextReply: (text = "") => {
      losing = text;
    },
    linger: () => {
      lingering = true;
    },
    stop: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
