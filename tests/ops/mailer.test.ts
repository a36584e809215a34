import { describe, expect, test } from "bun:test";
import type { Mail } from "../../src/lib/mail.ts";
import { consoleMail } from "../../src/ops/console-mail.ts";
import { createLogger } from "../../src/ops/logger.ts";
import { createMailer } from "../../src/ops/mailer.ts";

const LINK = "http://localhost:3000/invitation#ll_invite_secret";
const mail: Mail = {
  kind: "invitation",
  to: "ada@example.test",
  subject: "Come in",
  text: `Hello,\n\n${LINK}\n`,
};

function capture() {
  const lines: string[] = [];
  const output = { write: (line: string) => void lines.push(line) };
  return { lines, log: createLogger({ level: "debug", role: "api", output }) };
}

describe("sending a mail", () => {
  test("is not waited for, but a shutdown waits until it is done", async () => {
    const sent: Mail[] = [];
    const release = Promise.withResolvers<void>();
    const transport = async (one: Mail) => {
      await release.promise;
      sent.push(one);
    };
    const mailer = createMailer({ transport, log: capture().log });
    mailer.send(mail);
    expect(sent).toEqual([]);
    release.resolve();
    await mailer.flush();
    expect(sent).toEqual([mail]);
  });

  test.each([
    ["rejects", () => Promise.reject(new Error(`no route for ${mail.to}: ${mail.text}`))],
    [
      "throws",
      () => {
        throw new Error(mail.text);
      },
    ],
    ["hangs", () => new Promise<never>(() => {})],
  ])(
    "by a transport that %s changes nothing, and is in the log without the mail",
    async (_, transport) => {
      const { log, lines } = capture();
      const mailer = createMailer({ transport, log, deadlineMs: 20 });
      mailer.send(mail);
      await mailer.flush();
      expect(lines).toHaveLength(1);
      expect(JSON.parse(lines[0] ?? "")).toMatchObject({ level: "error", mail: "invitation" });
      for (const secret of [mail.to, LINK, mail.subject]) expect(lines[0]).not.toContain(secret);
    },
  );

  test("that took too long is told to stop", async () => {
    let signal: AbortSignal | undefined;
    const transport = (_: Mail, given: AbortSignal) => {
      signal = given;
      return new Promise<never>(() => {});
    };
    const mailer = createMailer({ transport, log: capture().log, deadlineMs: 20 });
    mailer.send(mail);
    await mailer.flush();
    expect(signal?.aborted).toBe(true);
  });
});

test("the console shows whom it is for, about what, and the link on a line of its own", async () => {
  let printed = "";
  const transport = consoleMail((text) => {
    printed += text;
  });
  await transport(mail, new AbortController().signal);
  expect(printed).toContain("To:      ada@example.test\n");
  expect(printed).toContain("Subject: Come in\n");
  expect(printed).toContain(`│ ${LINK}\n`);
});
