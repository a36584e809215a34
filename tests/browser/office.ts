import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import axe from "axe-core";
import type { Browser, BrowserContext, Page } from "playwright-core";
import postgres from "postgres";
import { demoIds } from "../../src/db/seed/northwind.ts";
import { newId } from "../../src/lib/ids.ts";
import { type LeadlineProcess, startLeadline } from "../support/processes.ts";
import { eventually } from "../support/wait.ts";
import { launchChromium } from "./chromium.ts";
import type { Credentials } from "./people.ts";

const PASSWORD = "a long enough password";
const DEADLINE_MS = 30_000;
const READY_WITHIN_MS = 60_000;

interface Chat {
  leadName: string;
  phone: string;
  messages: number;
  /** The user who holds it; null = the bot. */
  heldBy: string | null;
}

/** A whole Leadline of its own, a browser, and ways to fill its database. */
export interface Office {
  readonly url: string;
  readonly browser: Browser;
  readonly ownerId: string;
  /** What Content-Security-Policy refused in any page. */
  readonly violations: readonly string[];
  /** A person's own browser session. */
  newContext(viewport?: { width: number; height: number }): Promise<BrowserContext>;
  addColleague(name: string, role?: "agent" | "viewer"): Promise<Credentials & { id: string }>;
  /** A conversation with so many messages of all lengths; answers its id. */
  addChat(chat: Chat): Promise<string>;
  /** A summary was given up for this reason; it can be replayed. */
  bury(reason: string): Promise<void>;
  /** A lead writes, through the webhook. */
  leadWrites(phone: string, text: string): Promise<void>;
  /** A lead's phone gets another number, of which WhatsApp tells. */
  leadChangesNumber(phone: string, newPhone: string): Promise<void>;
  /** The leads that are or were known by a number. */
  leadsOf(phone: string): Promise<string[]>;
  /** WhatsApp refuses the next message with the Graph API's code. */
  refuseNextSend(code: number): Promise<void>;
  moveClock(advanceMs: number): Promise<void>;
  /** The link to this page in the newest mail to this address, as the process prints it. */
  mailedLink(page: "invitation" | "reset-password", email: string): Promise<string>;
  close(): Promise<void>;
}

export async function openOffice(name: string): Promise<Office> {
  const dataDir = mkdtempSync(join(tmpdir(), `leadline-${name}-`));
  const [leadline, browser] = await Promise.all([
    startLeadline("all", { DATA_DIR: dataDir, HEALTH_PORT: "0" }),
    launchChromium(),
  ]);
  await leadline.ready(READY_WITHIN_MS);
  const { databaseUrl } = JSON.parse(readFileSync(join(dataDir, "connection.json"), "utf8"));
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  const violations: string[] = [];
  const names = new Map<string, string>();
  const simulator = (path: string, body: object) => post(leadline, path, body);
  return {
    url: leadline.url,
    browser,
    ownerId: demoIds.owner,
    violations,
    newContext: async (viewport = { width: 1280, height: 900 }) => {
      const context = await browser.newContext({ viewport });
      context.setDefaultTimeout(DEADLINE_MS);
      context.on("console", (message) => {
        if (message.text().includes("Content Security Policy")) violations.push(message.text());
      });
      return context;
    },
    addColleague: (colleague, role = "agent") => addColleague(sql, colleague, role),
    addChat: (chat) => {
      names.set(chat.phone, chat.leadName);
      return addChat(sql, chat);
    },
    bury: (reason) => bury(sql, reason),
    leadWrites: (from, text) =>
      simulator("/messages?wait=webhook", { from, name: names.get(from), text }),
    leadChangesNumber: (from, newPhone) =>
      simulator("/messages?wait=webhook", { from, type: "changed_number", newPhone }),
    leadsOf: async (phone) => {
      const rows = await sql<{ leadId: string }[]>`
        select distinct lead_id as "leadId" from lead_identities where value = ${phone}`;
      return rows.map(({ leadId }) => leadId);
    },
    refuseNextSend: (code) =>
      simulator("/faults", { target: "graph", kind: "graph_code", code, count: 1 }),
    moveClock: (advanceMs) => simulator("/clock", { advanceMs }),
    mailedLink: (page, email) => eventually(() => linkIn(leadline, page, email)),
    close: async () => {
      await browser.close();
      await sql.end({ timeout: 5 });
      leadline.kill("SIGTERM");
      await leadline.exited;
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Mails name the address that people use; the tests go to the one they know. */
function linkIn({ url, output }: LeadlineProcess, page: string, email: string) {
  const mails = output().split("To:      ");
  const mail = mails.findLast(
    (part) => part.startsWith(`${email}\n`) && part.includes(`/${page}#`),
  );
  const [, token] = /#(\S+)/.exec(mail ?? "") ?? [];
  return token && `${url}/${page}#${token}`;
}

async function post({ url }: LeadlineProcess, path: string, body: object): Promise<void> {
  const answer = await fetch(`${url}/simulator/api${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

async function addColleague(sql: postgres.Sql, name: string, role: string) {
  const id = newId();
  const email = `${id}@northwind.example`;
  // As cheap as argon2 gets: these tests are not about its cost.
  const hash = await Bun.password.hash(PASSWORD, {
    algorithm: "argon2id",
    memoryCost: 8,
    timeCost: 1,
  });
  await sql`insert into users (id, email, name, password_hash)
    values (${id}, ${email}, ${name}, ${hash})`;
  await sql`insert into memberships (organization_id, user_id, role)
    values (${demoIds.organization}, ${id}, ${role})`;
  return { id, email, password: PASSWORD };
}

async function bury(sql: postgres.Sql, reason: string): Promise<void> {
  const { organization: organizationId } = demoIds;
  const id = newId();
  const entry = JSON.stringify({ v: 1, organizationId, conversationId: newId() });
  await sql`insert into dead_letters (id, organization_id, stream, origin, entry, reason,
      error_class, tries, first_seen_at, last_seen_at)
    values (${id}, ${organizationId}, 'memory', ${`test/${id}`}, convert_to(${entry}, 'UTF8'),
      ${reason}, 'exhausted', 3, now(), now())`;
}

async function addChat(sql: postgres.Sql, chat: Chat): Promise<string> {
  const [leadId, id] = [newId(), newId()];
  const { organization, integration } = demoIds;
  const { phone, messages, heldBy } = chat;
  await sql`insert into leads (organization_id, id, name)
    values (${organization}, ${leadId}, ${chat.leadName})`;
  await sql`insert into lead_identities (organization_id, id, lead_id, kind, scope, value)
    values (${organization}, ${newId()}, ${leadId}, 'phone', '', ${phone})`;
  await sql`insert into conversations (organization_id, id, lead_id, integration_id, phone, mode,
      taken_over_by, taken_over_at, last_seq, read_seq, answered_seq, last_lead_message_at,
      last_message_at)
    values (${organization}, ${id}, ${leadId}, ${integration}, ${phone},
      ${heldBy === null ? "bot" : "human"}, ${heldBy}, ${heldBy === null ? null : sql`now()`},
      ${messages}, ${messages}, ${messages}, now(), now())`;
  await sql`insert into messages (organization_id, id, conversation_id, integration_id, seq,
      direction, author, kind, text, wamid, reply_to_wamid, state, sent_at)
    select ${organization}, gen_random_uuid(), ${id}, ${integration}, n,
      case when n % 3 = 0 then 'out' else 'in' end,
      case when n % 3 = 0 then 'bot' else 'lead' end, 'text',
      'Message ' || n || repeat(' and some more words', (n * 7) % 23),
      ${id} || '-' || n, case when n % 40 = 0 then ${id} || '-' || (n - 30) end,
      case when n % 3 = 0 then 'read' else 'received' end,
      now() - (${messages} - n) * interval '7 minutes'
    from generate_series(1, ${messages}::int) n`;
  return id;
}

/** What axe calls serious or critical, as readable lines. */
export async function seriousProblems(page: Page): Promise<string[]> {
  // By evaluate, which the page's policy does not reach; a script element would be refused.
  await page.evaluate(axe.source);
  const { violations: found } = await page.evaluate(
    async () => (await (globalThis as unknown as { axe: typeof axe }).axe.run()) as axe.AxeResults,
  );
  return found
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
}
