import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * Below the ports that systems hand out by themselves: one of those may be taken again, by a connection
 * of anybody, before the server that was to have it listens.
 */
const LOWEST = 20_000;
const HIGHEST = 32_767;
const TRIES = 50;

/** The remembered loopback port if it is still free, else a free one. */
export async function choosePort(remembered: number | null): Promise<number> {
  if (remembered !== null && (await isFree(remembered))) return remembered;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = randomInt(LOWEST, HIGHEST + 1);
    if (await isFree(port)) return port;
  }
  throw new Error(`No port from ${LOWEST} to ${HIGHEST} is free on 127.0.0.1.`);
}

function isFree(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once("error", () => resolve(false));
  server.listen({ host: "127.0.0.1", port, exclusive: true }, () => {
    server.close(() => resolve(true));
  });
  return promise;
}
