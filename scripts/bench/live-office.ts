import { createHash, randomBytes } from "node:crypto";
import { createDb, type Db } from "../../src/db/client.ts";
import { conversationNews, outboxEvents, outboxInsert } from "../../src/db/queries/public-state.ts";
import { createAnnouncer } from "../../src/flows/announce.ts";
import type { LiveEvent } from "../../src/lib/events.ts";
import { newId } from "../../src/lib/ids.ts";
import { openPublisher } from "../../tests/realtime/harness.ts";
import { KEYSPACE, silentLog } from "./installation.ts";
import type { LiveOfficeConfig } from "./live-config.ts";

/** Each of them has many sessions open. */
const PEOPLE = 50;
const SUMMARY = "Would Thursday at four suit you for the visit? ".repeat(4);

export interface LiveOffice {
  /** Tickets of as many new sessions, as signing in would leave them, without its password. */
  tickets(count: number): Promise<string[]>;
  /** The same conversation gets a new version and leaves its event in the outbox: one commit. */
  commit(): Promise<LiveEvent>;
  /** Publishes as every role does after its commit. */
  announce(event: LiveEvent): Promise<void>;
  close(): Promise<void>;
}

/** An organization at work, seen from outside its API: what a worker does, and who is signed in. */
export async function openOffice(config: LiveOfficeConfig): Promise<LiveOffice> {
  const { organizationId } = config;
  const db = createDb({ url: config.databaseUrl, maxConnections: 2, name: "leadline-bench-live" });
  const { publish, close } = await openPublisher(config.redisUrl, KEYSPACE);
  const announcer = createAnnouncer({ db, publish, log: silentLog });
  const conversationId = await insertConversation(db, config);
  return {
    tickets: (count) => insertTickets(db, organizationId, count),
    commit: () => commitChange(db, organizationId, conversationId),
    announce: (event) => announcer.announce({ events: [event] }),
    close: async () => {
      await announcer.flush();
      close();
      await db.close(1_000);
    },
  };
}

async function insertConversation(db: Db, config: LiveOfficeConfig): Promise<string> {
  const { organizationId, integrationId } = config;
  const [leadId, conversationId] = [newId(), newId()];
  await db.rows`
    with lead as (
      insert into leads (organization_id, id, name) values (${organizationId}, ${leadId}, 'Ann')
    )
    insert into conversations (organization_id, id, lead_id, integration_id)
    values (${organizationId}, ${conversationId}, ${leadId}, ${integrationId})`;
  return conversationId;
}

async function commitChange(
  db: Db,
  organizationId: string,
  conversationId: string,
): Promise<LiveEvent> {
  const sql = db.fragment;
  const row = await db.first<{ events: LiveEvent[] }>`
    with changed as (
      update conversations set summary = ${SUMMARY}, version = version + 1
      where organization_id = ${organizationId} and id = ${conversationId}
      returning *
    ), news as (
      ${sql(outboxInsert(conversationNews("conversation.updated", "changed")))}
    )
    select ${sql(outboxEvents("news"))} as events`;
  const event = row?.events[0];
  if (event === undefined) throw new Error("The change was not committed.");
  return event;
}

async function insertTickets(db: Db, organizationId: string, count: number): Promise<string[]> {
  const tickets = Array.from({ length: count }, () => randomBytes(32).toString("base64url"));
  const rows = tickets.map((ticket, at) => ({
    session_id: newId(),
    ticket_hash: sha256(ticket),
    person: at % PEOPLE,
  }));
  await db.rows`
    with person as (
      insert into users (id, email, name, password_hash)
      select gen_random_uuid(), gen_random_uuid() || '@example.com', 'Ann ' || no, 'none'
      from generate_series(1, ${PEOPLE}::int) no
      returning id
    ), member as (
      insert into memberships (organization_id, user_id, role)
      select ${organizationId}, id, 'agent' from person
      returning user_id
    ), numbered as (
      select user_id, row_number() over () - 1 as no from member
    ), asked as (
      select * from jsonb_to_recordset(${db.json(rows)}) as x(
        session_id uuid, ticket_hash text, person int)
    ), session as (
      insert into sessions (organization_id, id, user_id, salt, expires_at)
      select ${organizationId}, a.session_id, n.user_id, 'none', now() + interval '1 hour'
      from asked a join numbered n on n.no = a.person
      returning id
    )
    insert into live_tickets (organization_id, token_hash, session_id, expires_at)
    select ${organizationId}, a.ticket_hash, session.id, now() + interval '1 hour'
    from asked a join session on session.id = a.session_id`;
  return tickets;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
