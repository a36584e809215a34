import { afterAll } from "bun:test";
import { variables } from "../../src/config-schema.ts";
import { stopProcesses } from "./processes.ts";
import { stopTestServers } from "./servers.ts";

// A test never meets the developer's own database, keys or .env file.
for (const [name] of variables) delete process.env[name];

afterAll(async () => {
  await stopProcesses();
  await stopTestServers();
});
