import type { Mail, MailTransport } from "../lib/mail.ts";

const RULE = "─".repeat(72);

/**
 * Prints mails for whoever watches the process. To standard error: standard output is the log, which is
 * shipped and kept, and a mail holds a token.
 */
export function consoleMail(
  write: (text: string) => unknown = (text) => process.stderr.write(text),
): MailTransport {
  return async (mail) => {
    write(printed(mail));
  };
}

function printed({ to, subject, text }: Mail): string {
  const lines = [`To:      ${to}`, `Subject: ${subject}`, "", ...text.split("\n")];
  return `\n┌${RULE}\n${lines.map((line) => `│ ${line}`.trimEnd()).join("\n")}\n└${RULE}\n\n`;
}
