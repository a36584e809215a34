/** Whose live channel is measured. */
export type LiveKind = "leadline" | "socket.io";

/** What a server of the bench is started with. */
export interface LiveServerConfig {
  kind: LiveKind;
  redisUrl: string;
  /** Of every key in Redis: rounds do not meet. */
  prefix: string;
}

export interface LiveLoadConfig extends LiveServerConfig {
  url: string;
  sockets: number;
  /** Published first at the same rate, and not counted: both sides are compiled by then. */
  warmUp: number;
  /** Published at a steady rate; their frames are timed. */
  events: number;
  perSecond: number;
  /** Then published one by one without a pause. */
  burst: number;
}

/** What the loader printed: every socket got every event once and in order, or it would have failed. */
export interface LiveLoadReport {
  frames: number;
  p50Ms: number;
  p99Ms: number;
  burstFramesPerSecond: number;
}

/** What the process was started with; both ends are typed by this file. */
export function readArgument<Config extends LiveServerConfig>(
  argument: string | undefined,
): Config {
  return JSON.parse(argument ?? "null") as Config;
}
