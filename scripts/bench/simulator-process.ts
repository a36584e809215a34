import { Elysia } from "elysia";
import { createShiftedClock } from "../../src/lib/clock.ts";
import { createSimulator } from "../../src/simulator/simulator.ts";
import { silentLog } from "./installation.ts";
import { readConfig } from "./simulator-config.ts";

/**
 * Meta, the phones and the model in a process of their own, so that their work is not counted as
 * ours. The model answers at once; statuses come as quickly as the demo's. Prints its address.
 */
const { numbers } = readConfig(process.argv[2]);
const { app: routes } = createSimulator({
  clock: createShiftedClock(),
  log: silentLog,
  advanceClock: () => Promise.reject(new Error("The bench keeps real time.")),
  numbers,
  settings: { modelLatencyMs: 0 },
});
const app = new Elysia().use(routes).listen({ hostname: "127.0.0.1", port: 0 });
console.log(`http://127.0.0.1:${app.server?.port}`);
