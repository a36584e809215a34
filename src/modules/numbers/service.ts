import { randomBytes } from "node:crypto";
import type { Db } from "../../db/client.ts";
import { keyset, pageOf } from "../../db/keyset.ts";
import { utc } from "../../db/queries/public-state.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Actor } from "../../http/plugins/auth.ts";
import { AppError } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import {
  accessTokenContext,
  appSecretContext,
  type SecretBox,
  verifyTokenContext,
} from "../../lib/secret-box.ts";
import type { Change, Mutate } from "../mutate.ts";
import type { AppSecretBody, ConnectBody, NumbersQuery, WhatsAppNumber } from "./model.ts";
import { type Meta, type Verified, verify } from "./verify.ts";

export interface NumbersDeps {
  db: Db;
  mutate: Mutate;
  box: SecretBox;
  meta: Meta;
  /** Where Meta reaches us, without a slash at the end. */
  publicUrl: string;
}

/** The row, but for its address, which only the process knows. */
type Stored = Omit<WhatsAppNumber, "webhookUrl"> & { webhookKey: string | null };

const NUMBER = `i.id, i.phone_number_id, i.waba_id, i.display_phone_number, i.verified_name,
  i.active as connected, i.webhook_key,
  case when i.webhook_key is null then 'platform' else 'own' end as app,
  case when i.old_app_secret_until > now() then ${utc("i.old_app_secret_until")} end
    as old_app_secret_until,
  ${utc("i.last_ingress_at")} as last_webhook_at,
  case when i.paused_until > now() then ${utc("i.paused_until")} end as paused_until,
  ${utc("i.created_at")} as created_at, i.version`;

const sorts = { createdAt: { sql: "i.created_at", type: "timestamptz" } } as const;

/** One page of an organization's numbers, those that are disconnected too, oldest first. */
export async function listNumbers(
  { db, publicUrl }: Pick<NumbersDeps, "db" | "publicUrl">,
  organizationId: string,
  { limit = 50, cursor }: NumbersQuery,
) {
  const { after, order, position } = keyset(db, { sorts, sort: "createdAt", id: "i.id", cursor });
  const rows = await db.rows<Stored & { position: string }>`
    select ${db.fragment(NUMBER)}, ${position} as position from integrations i
    where i.organization_id = ${organizationId} and ${after}
    order by ${order} limit ${limit + 1}`;
  const { data, nextCursor } = pageOf(rows, limit);
  return { data: data.map((row) => shown(row, publicUrl)), nextCursor };
}

/** Fails with `not_found`. */
export async function getNumber(
  db: Pick<Transaction, "first" | "fragment">,
  publicUrl: string,
  organizationId: string,
  id: string,
): Promise<WhatsAppNumber> {
  const row = await db.first<Stored>`
    select ${db.fragment(NUMBER)} from integrations i
    where i.organization_id = ${organizationId} and i.id = ${id}`;
  if (!row) throw noNumber(id);
  return shown(row, publicUrl);
}

function shown({ webhookKey, ...row }: Stored, publicUrl: string): WhatsAppNumber {
  const path = webhookKey === null ? "" : `/${webhookKey}`;
  return { ...row, webhookUrl: `${publicUrl}/webhooks/whatsapp${path}` };
}

/**
 * Connects a number after Meta has confirmed that the token may use it and that it belongs to the
 * account. One that was disconnected here goes on with its chats. Fails with `invalid_input` in Meta's
 * stead, `whatsapp_unavailable`, and `conflict` when the number is connected already.
 */
export async function connectNumber(
  deps: NumbersDeps,
  actor: Actor,
  body: ConnectBody,
): Promise<WhatsAppNumber> {
  const verified = await verify(deps.meta, body);
  const { organizationId } = actor;
  return await deps
    .mutate(actor, async (change) => {
      const known = await change.first<{ id: string; active: boolean }>`
      select id, active from integrations
      where phone_number_id = ${body.phoneNumberId}
        and (active or organization_id = ${organizationId})
      order by active desc, created_at limit 1 for update`;
      if (known?.active) throw new AppError("conflict", "This number is connected already.");
      const id = known?.id ?? newId();
      await write(deps.box, change, { id, organizationId, isNew: !known }, body, verified);
      const after = await getNumber(change, deps.publicUrl, organizationId, id);
      change.audit({ action: "number.connected", resourceId: id, after });
      return after;
    })
    .catch((error: unknown) => {
      throw isTaken(error) ? new AppError("conflict", "This number is connected already.") : error;
    });
}

interface Place {
  id: string;
  organizationId: string;
  isNew: boolean;
}

async function write(
  box: SecretBox,
  change: Change,
  { id, organizationId, isNew }: Place,
  { phoneNumberId, wabaId, accessToken, app }: ConnectBody,
  { displayPhoneNumber, verifiedName, portfolioId }: Verified,
): Promise<void> {
  if (isNew) {
    await change.rows`
      insert into integrations (organization_id, id, phone_number_id, waba_id, portfolio_id,
        display_phone_number, access_token_box, active)
      values (${organizationId}, ${id}, ${phoneNumberId}, ${wabaId}, ${portfolioId},
        ${displayPhoneNumber}, '', false)`;
  }
  await change.rows`
    update integrations set waba_id = ${wabaId}, portfolio_id = ${portfolioId},
      display_phone_number = ${displayPhoneNumber}, verified_name = ${verifiedName},
      access_token_box = ${box.seal(accessToken, accessTokenContext(id))},
      webhook_key = ${app ? randomBytes(24).toString("base64url") : null},
      app_secret_box = ${app ? box.seal(app.appSecret, appSecretContext(id)) : null},
      verify_token_box = ${app ? box.seal(app.verifyToken, verifyTokenContext(id)) : null},
      old_app_secret_box = null, old_app_secret_until = null, active = true, unknown_streak = 0,
      paused_until = null, version = version + ${isNew ? 0 : 1}
    where organization_id = ${organizationId} and id = ${id}`;
}

/** Two organizations connected it at the same moment. */
function isTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "23505";
}

/** A new token for the same number, verified first. Fails as connecting does. */
export async function rotateToken(
  deps: NumbersDeps,
  actor: Actor,
  id: string,
  accessToken: string,
): Promise<WhatsAppNumber> {
  const { organizationId } = actor;
  const number = await getNumber(deps.db, deps.publicUrl, organizationId, id);
  requireConnected(number);
  await verify(deps.meta, { ...number, accessToken });
  return await edit(deps, actor, id, "number.token_rotated", async (change) => {
    await change.rows`
      update integrations set access_token_box = ${deps.box.seal(accessToken, accessTokenContext(id))},
        version = version + 1
      where organization_id = ${organizationId} and id = ${id}`;
  });
}

/** A new secret of the organization's own Meta app; the one before verifies for a while longer. */
export async function rotateAppSecret(
  deps: NumbersDeps,
  actor: Actor,
  id: string,
  { appSecret, overlapMinutes = 1_440 }: AppSecretBody,
): Promise<WhatsAppNumber> {
  return await edit(deps, actor, id, "number.app_secret_rotated", async (change, before) => {
    if (before.app !== "own") {
      throw new AppError("conflict", "This number's webhooks come by the platform's own app.");
    }
    await change.rows`
      update integrations set old_app_secret_box = app_secret_box,
        old_app_secret_until = now() + ${overlapMinutes} * interval '1 minute',
        app_secret_box = ${deps.box.seal(appSecret, appSecretContext(id))}, version = version + 1
      where organization_id = ${actor.organizationId} and id = ${id}`;
  });
}

/** A change of a connected number that the audit log keeps. Fails with `not_found` and `conflict`. */
export async function edit(
  { mutate, publicUrl }: Pick<NumbersDeps, "mutate" | "publicUrl">,
  actor: Actor,
  id: string,
  action: `number.${string}`,
  work: (change: Change, before: WhatsAppNumber) => Promise<void>,
): Promise<WhatsAppNumber> {
  const { organizationId } = actor;
  return await mutate(actor, async (change) => {
    await change.rows`select 1 from integrations
      where organization_id = ${organizationId} and id = ${id} for update`;
    const before = await getNumber(change, publicUrl, organizationId, id);
    requireConnected(before);
    await work(change, before);
    const after = await getNumber(change, publicUrl, organizationId, id);
    change.audit({ action, resourceId: id, before, after });
    return after;
  });
}

function requireConnected({ connected }: WhatsAppNumber): void {
  if (!connected) throw new AppError("conflict", "The number is disconnected. Connect it again.");
}

/** The same words for what does not exist and for what is another organization's. */
function noNumber(id: string): AppError {
  return new AppError("not_found", "There is no such number.", { id });
}
