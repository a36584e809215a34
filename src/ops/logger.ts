import { type DestinationStream, destination, pino } from "pino";
import type { Log, LogFields } from "../lib/log.ts";
import { redactFields, redactText } from "./redact.ts";

/** What ties the lines of one story together. */
export interface LogIds {
  requestId?: string;
  organizationId?: string;
  conversationId?: string;
  turnId?: string;
  messageId?: string;
}

export interface Logger extends Log {
  /** The same logger with these ids on every line. */
  child(ids: LogIds): Logger;
}

export interface LoggerSettings {
  level: "debug" | "info" | "warn" | "error" | "silent";
  role: string;
  /** Default: standard output, written at once, so that a killed process has said all it said. */
  output?: DestinationStream;
}

type Level = keyof Log;

/** JSON lines with level, time, role and pid. Secrets and message text are hidden by key. */
export function createLogger({ level, role, output }: LoggerSettings): Logger {
  const root = pino(
    {
      level,
      base: { role, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      messageKey: "message",
      formatters: { level: (label) => ({ level: label }) },
    },
    output ?? destination({ fd: 1, sync: true }),
  );
  return wrap(root);
}

function wrap(inner: pino.Logger): Logger {
  const at = (level: Level) => (fields: LogFields, message: string) => {
    if (inner.isLevelEnabled(level)) inner[level](redactFields(fields), redactText(message));
  };
  return {
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
    child: (ids) => wrap(inner.child(ids)),
  };
}
