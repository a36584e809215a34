import { withDeadline } from "../lib/deadline.ts";
import { errorCode } from "../lib/errors.ts";
import type { Log } from "../lib/log.ts";
import type { MailTransport, SendMail } from "../lib/mail.ts";

/** A mail server that hangs must not hold up a shutdown, nor pile up mails in memory. */
const DEADLINE_MS = 10_000;

export interface Mailer {
  send: SendMail;
  /** Resolves when nothing is on its way any more; each mail has its deadline. */
  flush(): Promise<void>;
}

/** Sends mails beside the requests that caused them. Who got none is in the log, by kind only. */
export function createMailer({
  transport,
  log,
  deadlineMs = DEADLINE_MS,
}: {
  transport: MailTransport;
  log: Log;
  deadlineMs?: number;
}): Mailer {
  const underway = new Set<Promise<void>>();
  return {
    send: (mail) => {
      const stop = new AbortController();
      const work = async () => await transport(mail, stop.signal);
      const sent: Promise<void> = withDeadline(work(), deadlineMs, "The mail transport")
        // Its message may quote the mail.
        .catch((error: unknown) =>
          log.error({ mail: mail.kind, code: errorCode(error) }, "a mail was not sent"),
        )
        .finally(() => {
          stop.abort();
          underway.delete(sent);
        });
      underway.add(sent);
    },
    flush: async () => {
      while (underway.size > 0) await Promise.all(underway);
    },
  };
}
