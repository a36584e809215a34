import { createServer } from "node:http";
import { createAdapter } from "@socket.io/redis-streams-adapter";
import { Redis } from "ioredis";
import { Server } from "socket.io";
import { createDoor, startApi } from "../../tests/realtime/harness.ts";
import { type LiveServerConfig, readArgument } from "./live-config.ts";

/** One process that sockets connect to; prints its address. */
const config = readArgument<LiveServerConfig>(process.argv[2]);
console.log(await (config.kind === "leadline" ? serveLeadline() : serveSocketIo()));

/** Our channel as it is, behind a door that lets everybody in: Postgres is not what is measured. */
async function serveLeadline(): Promise<string> {
  const door = createDoor();
  const api = await startApi({
    url: config.redisUrl,
    keyspace: { prefix: config.prefix, partitions: 1 },
    door,
    deps: { redeemTicket: () => door.redeem(door.ticket()) },
  });
  return api.http;
}

/** Socket.IO with every socket in the organization's room, as its documentation sets it up. */
async function serveSocketIo(): Promise<string> {
  const http = createServer();
  const redis = new Redis(config.redisUrl, { protocol: 2 });
  const io = new Server(http, {
    adapter: createAdapter(redis, { streamName: config.prefix }),
    transports: ["websocket"],
    perMessageDeflate: false,
    serveClient: false,
  });
  io.on("connection", (socket) => void socket.join("organization"));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const address = http.address();
  if (address === null || typeof address === "string") throw new Error("No port.");
  return `http://127.0.0.1:${address.port}`;
}
