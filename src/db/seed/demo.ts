import { accessTokenContext, type SecretBox } from "../../lib/secret-box.ts";
import type { Db } from "../client.ts";
import { defaultSequenceInsert } from "../queries/default-sequence.ts";
import {
  demoCtas,
  demoFacts,
  demoId,
  demoIds,
  demoOrganization,
  demoOwner,
  demoTemplates,
} from "./northwind.ts";

/** The WhatsApp number the demo organization answers on: the simulator's. */
export interface DemoNumber {
  phoneNumberId: string;
  wabaId: string;
  portfolioId: string;
  displayPhoneNumber: string;
  accessToken: string;
}

export interface DemoSeed {
  organizationId: string;
  integrationId: string;
  /** False: it was there already, and nothing was touched. */
  created: boolean;
}

interface SeedDeps {
  db: Pick<Db, "first" | "json" | "fragment">;
  box: SecretBox;
  number: DemoNumber;
}

/**
 * Makes the demo organization with its owner, number, facts, prices, CTAs, templates and follow-up
 * sequence, all at once or not at all. If the organization exists nothing is written: what people changed or deleted in it
 * stays so. Safe to call from several processes together.
 */
export async function seedDemo(deps: SeedDeps): Promise<DemoSeed> {
  const { db } = deps;
  const found = await db.first`select 1 from organizations where id = ${demoIds.organization}`;
  const made = found
    ? undefined
    : await db.first`
        with document as (select ${db.json(await demoDocument(deps))}::jsonb as doc)
        ${db.fragment(INSERT_DOCUMENT)}`;
  return {
    organizationId: demoIds.organization,
    integrationId: demoIds.integration,
    created: made !== undefined,
  };
}

/**
 * Lets the demo's owner see the queue as well. Only for the simulator's installations: everybody knows
 * the password. Safe to repeat.
 */
export async function seedDemoOperator(db: Pick<Db, "rows">): Promise<void> {
  await db.rows`
    insert into operators (user_id) select id from users where email = ${demoOwner.email}
    on conflict do nothing`;
}

async function demoDocument({ box, number }: SeedDeps): Promise<unknown> {
  const { accessToken, ...address } = number;
  const { password, ...owner } = demoOwner;
  return {
    organization: { id: demoIds.organization, ...demoOrganization },
    owner: {
      id: demoIds.owner,
      ...owner,
      passwordHash: await Bun.password.hash(password, "argon2id"),
    },
    integration: {
      id: demoIds.integration,
      ...address,
      accessTokenBox: box.seal(accessToken, accessTokenContext(demoIds.integration)),
    },
    facts: demoFacts.map((fact, at) => ({ id: demoId(100 + at), position: at, ...fact })),
    ctas: demoCtas.map((cta, at) => ({ id: demoId(200 + at), position: at, ...cta })),
    templates: demoTemplates.map(({ body: text, samples, ...template }, at) => ({
      id: demoId(300 + at),
      ...template,
      components: [{ type: "BODY", text, samples }],
    })),
  };
}

/** Everything hangs on the organization's insert: a second process finds it and writes nothing. */
const INSERT_DOCUMENT = `
  , organization as (
    insert into organizations (id, name, description, policy, language, time_zone, holding_line)
    select o.id, o.name, o.description, o.policy, o.language, o."timeZone", o."holdingLine"
    from document, jsonb_to_record(doc -> 'organization') as o(id uuid, name text,
      description text, policy text, language text, "timeZone" text, "holdingLine" text)
    on conflict do nothing
    returning id
  ), owner as (
    insert into users (id, email, name, password_hash)
    select u.id, u.email, u.name, u."passwordHash"
    from organization, document,
      jsonb_to_record(doc -> 'owner') as u(id uuid, email text, name text, "passwordHash" text)
    -- The address may be taken already; a no-op update makes that row return its id.
    on conflict (email) do update set email = excluded.email
    returning id
  ), membership as (
    insert into memberships (organization_id, user_id, role)
    select organization.id, owner.id, 'owner' from organization, owner
  ), integration as (
    insert into integrations (organization_id, id, phone_number_id, waba_id, portfolio_id,
      display_phone_number, access_token_box)
    select organization.id, i.id, i."phoneNumberId", i."wabaId", i."portfolioId",
      i."displayPhoneNumber", i."accessTokenBox"
    from organization, document, jsonb_to_record(doc -> 'integration') as i(id uuid,
      "phoneNumberId" text, "wabaId" text, "portfolioId" text, "displayPhoneNumber" text,
      "accessTokenBox" text)
    returning organization_id, id
  ), sequence as (
    ${defaultSequenceInsert("organization")}
  ), fact as (
    insert into facts (organization_id, id, kind, topic, text, amount, currency, position)
    select organization.id, f.id, f.kind, f.topic, f.text, f.amount,
      case when f.amount is not null then 'USD' end, f.position
    from organization, document, jsonb_to_recordset(doc -> 'facts') as f(id uuid, kind text,
      topic text, text text, amount numeric, position integer)
  ), cta as (
    insert into ctas (organization_id, id, kind, name, description, url, position)
    select organization.id, c.id, c.kind, c.name, c.description, c.url, c.position
    from organization, document, jsonb_to_recordset(doc -> 'ctas') as c(id uuid, kind text,
      name text, description text, url text, position integer)
  ), template as (
    insert into templates (organization_id, id, integration_id, name, language, category,
      components, status)
    select integration.organization_id, t.id, integration.id, t.name, 'en', t.category,
      t.components, 'APPROVED'
    from integration, document, jsonb_to_recordset(doc -> 'templates') as t(id uuid, name text,
      category text, components jsonb)
  )
  select id from organization`;
