/** The logger handed in: facts beside a sentence. Never message text, never a secret. */
export interface Log {
  debug(fields: Readonly<Record<string, unknown>>, message: string): void;
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
  error(fields: Readonly<Record<string, unknown>>, message: string): void;
}

/** Wall clock, not the shiftable business clock: entry ids and due times are real time. */
export interface Clock {
  now(): Date;
}
