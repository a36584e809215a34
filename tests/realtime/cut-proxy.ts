import { createServer, type Socket, connect as tcpConnect } from "node:net";

export interface CutProxy {
  readonly port: number;
  /** How many connections went to each target. */
  readonly passedOn: readonly number[];
  /** Drops every connection where it stands, between any two bytes. */
  cut(): void;
  stop(): void;
}

/** A network between a client and several servers: each connection ends at one of them, by chance. */
export async function startCutProxy(
  targetPorts: readonly number[],
  random: { below(limit: number): number },
): Promise<CutProxy> {
  const sockets = new Set<Socket>();
  const passedOn = targetPorts.map(() => 0);
  const server = createServer((client) => {
    const target = random.below(targetPorts.length);
    passedOn[target] = (passedOn[target] ?? 0) + 1;
    const pair = [client, tcpConnect(targetPorts[target] ?? 0, "127.0.0.1")] as const;
    for (const socket of pair) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        for (const other of pair) other.destroy();
      });
    }
    pair[0].pipe(pair[1]).pipe(pair[0]);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("No proxy port.");
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: address.port,
    passedOn,
    cut,
    stop: () => {
      cut();
      server.close();
    },
  };
}
