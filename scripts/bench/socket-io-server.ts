import { createServer } from "node:http";
import { createAdapter } from "@socket.io/redis-streams-adapter";
import { Redis } from "ioredis";
import { Server } from "socket.io";
import { readArgument, type SocketIoConfig } from "./live-config.ts";

/**
 * One Socket.IO process with every socket in the organization's room, as its documentation sets it
 * up; lets everybody in. Prints its address.
 */
const config = readArgument<SocketIoConfig>(process.argv[2]);
const http = createServer();
const redis = new Redis(config.redisUrl, { protocol: 2 });
const io = new Server(http, {
  adapter: createAdapter(redis, { streamName: config.streamName }),
  transports: ["websocket"],
  perMessageDeflate: false,
  serveClient: false,
});
io.on("connection", (socket) => void socket.join("organization"));
await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
const address = http.address();
if (address === null || typeof address === "string") throw new Error("No port.");
console.log(`http://127.0.0.1:${address.port}`);
