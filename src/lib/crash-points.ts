/**
 * Every step at which a fault test may want a process dead, in the order in which a text meets
 * them; then those of a file, and of a replay from the dead letters.
 */
export const crashPoints = [
  "webhook:appended",
  "ingest:resolved",
  "ingest:stored",
  "events:published",
  "turn:claimed",
  "turn:thought",
  "turn:committed",
  "deliver:claimed",
  "deliver:sent",
  "deliver:settled",
  "receipt:applied",
  "media:kept",
  "media:read",
  "replay:started",
  "replay:appended",
] as const;

export type CrashPoint = (typeof crashPoints)[number];
