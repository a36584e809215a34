/** Whose live channel is measured. */
export type LiveKind = "leadline" | "socket.io";

/** Whose stores the changes are committed to, and who is told. */
export interface LiveOfficeConfig {
  databaseUrl: string;
  redisUrl: string;
  organizationId: string;
  integrationId: string;
}

/** What a Socket.IO server of the bench is started with. */
export interface SocketIoConfig {
  redisUrl: string;
  /** Its adapter's stream in Redis: rounds do not meet. */
  streamName: string;
}

export interface LiveLoadConfig {
  kind: LiveKind;
  office: LiveOfficeConfig;
  socketIo: SocketIoConfig;
  url: string;
  sockets: number;
  /** Changes that are made first, at the same rate, and not counted: both sides are compiled by then. */
  warmUp: number;
  /** Changes made at a steady rate; their frames are timed. */
  events: number;
  perSecond: number;
  /** Then committed, and told one by one without a pause. */
  burst: number;
}

/** What the loader printed: every socket got every event once and in order, or it would have failed. */
export interface LiveLoadReport {
  frames: number;
  /** From before the committing statement until the frame is there. */
  p50Ms: number;
  p99Ms: number;
  /** Of which the commit. */
  commitP50Ms: number;
  burstFramesPerSecond: number;
}

/** What the process was started with; both ends are typed by this file. */
export function readArgument<Config>(argument: string | undefined): Config {
  return JSON.parse(argument ?? "null") as Config;
}
