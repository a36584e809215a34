import type { Identity } from "../../src/simulator/deps.ts";
import { APP_SECRET, type Installation } from "./installation.ts";

export interface SimulatorConfig {
  numbers: readonly [Identity, ...Identity[]];
}

/** The installation's numbers as the simulator plays them; statuses go to `webhookUrl`. */
export function simulatorConfig(installation: Installation, webhookUrl: string): SimulatorConfig {
  const [first, ...others] = installation.numbers.map((number) => ({
    ...number,
    webhookUrl,
    businessName: "Northwind Solar",
    appSecret: APP_SECRET,
    verifyToken: "not asked here",
  }));
  if (first === undefined) throw new Error("The installation has no number.");
  return { numbers: [first, ...others] };
}

/** What `startHelper` handed to the simulator's process; both ends are this file. */
export function readConfig(argument: string | undefined): SimulatorConfig {
  return JSON.parse(argument ?? "null") as SimulatorConfig;
}
