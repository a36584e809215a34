import { createServer } from "node:net";

/** The remembered loopback port if it is still free, else a free one. */
export async function choosePort(remembered: number | null): Promise<number> {
  if (remembered !== null && (await listenOnce(remembered)) !== null) return remembered;
  const chosen = await listenOnce(0);
  if (chosen === null) throw new Error("The system offers no free port on 127.0.0.1.");
  return chosen;
}

function listenOnce(port: number): Promise<number | null> {
  const { promise, resolve } = Promise.withResolvers<number | null>();
  const server = createServer();
  server.once("error", () => resolve(null));
  server.listen({ host: "127.0.0.1", port, exclusive: true }, () => {
    const address = server.address();
    server.close(() =>
      resolve(address !== null && typeof address === "object" ? address.port : null),
    );
  });
  return promise;
}
