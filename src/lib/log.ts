/** Facts beside a log line: ids, counts, codes. Never message text, never a secret. */
export type LogFields = Readonly<Record<string, unknown>>;

/** The logger handed to everything; pino satisfies it. */
export interface Log {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}
