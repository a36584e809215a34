import type { Clock } from "../lib/clock.ts";
import type { Log } from "../lib/log.ts";
import type { KnownTemplate } from "./templates/store.ts";

/** One simulated WhatsApp number and the Meta app that owns it. Play money, not secrets. */
export interface Identity {
  webhookUrl: string;
  phoneNumberId: string;
  wabaId: string;
  /** The scope of a BSUID: the same person has another one in another portfolio. */
  portfolioId: string;
  businessName: string;
  /** As Meta prints it; may hold + and spaces. */
  displayPhoneNumber: string;
  appSecret: string;
  verifyToken: string;
  organizationId: string;
  accessToken: string;
}

export interface SimulatorSettings {
  /** How long the model thinks, so that typing is visible. */
  modelLatencyMs: number;
  /** When each status happens, counted from the accepted send, in real time. */
  statusDelayMs: { sent: number; delivered: number; read: number };
  /** Throughput of one number; Meta's default is 80. */
  messagesPerSecond: number;
  /** First wait before a refused webhook is tried again; doubles up to 5 s. */
  webhookRetryDelayMs: number;
}

export interface SimulatorDeps {
  /** Business time. */
  clock: Clock;
  /** Moves business time on for every process; the owner keeps it. */
  advanceClock(advanceMs: number): Promise<void>;
  log: Log;
  /** The first one is the phone page's and the default everywhere. */
  numbers: readonly [Identity, ...Identity[]];
  /** What Meta has from the start. */
  templates?: readonly KnownTemplate[];
  settings?: Partial<SimulatorSettings>;
}

export const defaultSettings: SimulatorSettings = {
  modelLatencyMs: 600,
  statusDelayMs: { sent: 150, delivered: 400, read: 800 },
  messagesPerSecond: 80,
  webhookRetryDelayMs: 250,
};
