import type { Log } from "../lib/log.ts";
import type { Mailer } from "../lib/mail.ts";

/**
 * The mailer of installations that have none: in development a letter is written to the terminal, for
 * whoever sits there. In production it is only said that one was not sent, without its text.
 */
export function createConsoleMailer(deps: {
  log: Log;
  production: boolean;
  /** The terminal. */
  write(text: string): void;
}): Mailer {
  return {
    send: async ({ to, subject, text }) => {
      if (deps.production) {
        deps.log.warn({ subject }, "A letter was not sent: no mail transport is configured.");
        return;
      }
      const body = text.replaceAll(/^/gm, "  │ ");
      deps.write(`\n  ┌ Letter to ${to}: ${subject}\n${body}\n  └\n\n`);
    },
  };
}
