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
import type { GraphAccount } from "../../whatsapp/account.ts";
import type { Change, Mutate } from "../mutate.ts";
import type { AppSecretBody, ConnectBody, NumbersQuery, WhatsAppNumber } from "./model.ts";
import { resume } from "./resume.ts";
import { settleMailbox } from "./settle-mailbox.ts";
import { type Verified, verify } from "./verify.ts";

export interface NumbersDeps {
  db: Db;
  mutate: Mutate;
  box: SecretBox;
  /** Meta, about numbers and accounts. */
  meta: GraphAccount;
  /** Where Meta reaches us, without a slash at the end. */
  publicUrl: string;
  /** Of the platform's Meta app, newest first. */
  appSecrets: readonly string[];
}

/** Who does it, and the key of a request that may come twice. */
export interface By {
  actor: Actor;
  headers: { "idempotency-key"?: string | undefined };
}

/** The row, but for its address, which only the process knows. */
type Stored = Omit<WhatsAppNumber, "webhookUrl"> & { webhookKey: string | null };

const NUMBER = `i.id, i.phone_number_id, i.waba_id, i.display_phone_number, i.verified_name,
  i.active as connected, i.webhook_key,
  case when i.webhook_key is null then 'platform' else 'own' end as app,
  case when i.old_app_secret_until > now() then ${utc("i.old_app_secret_until")} end
    as old_app_secret_until,
  ${utc("i.last_ingress_at")} as last_webhook_at,
  case when i.paused_until > now() and i.send_credits is null then ${utc("i.paused_until")} end as paused_until,
  case when i.bot_paused_until > now() then ${utc("i.bot_paused_until")} end as bot_paused_until,
  ${utc("i.stopped_at")} as stopped_at, i.stop_reason, i.stop_text, i.sends_per_second,
  i.messaging_limit, i.reopening_template_id,
  ${utc("i.created_at")} as created_at, i.version`;

/** Of the address for an own app's webhooks, which nobody is to guess. */
const KEY_BYTES = 24;

const USUAL_OVERLAP_MINUTES = 24 * 60;

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
  { actor, headers }: By,
  body: ConnectBody,
): Promise<WhatsAppNumber> {
  const verified = await verify(deps.meta, body);
  const { organizationId } = actor;
  const once = { key: headers["idempotency-key"], request: ["number", "connect", body] };
  try {
    return await deps.mutate(
      actor,
      async (change) => {
        const known = await findRow(change, organizationId, body.phoneNumberId);
        if (known?.active) throw isConnected();
        const id = known?.id ?? newId();
        await write(deps.box, change, { id, organizationId, isNew: !known }, body, verified);
        // What came in while nobody routed it any more is old by now: it wakes no bot.
        if (known) change.stored(await settleMailbox(change, organizationId, id));
        const after = await getNumber(change, deps.publicUrl, organizationId, id);
        change.audit({ action: "number.connected", resourceId: id, after });
        return after;
      },
      once,
    );
  } catch (error) {
    throw isTaken(error) ? isConnected() : error;
  }
}

/** The row that has the number connected, anywhere, or else this organization's own. */
async function findRow(change: Change, organizationId: string, phoneNumberId: string) {
  return await change.first<{ id: string; active: boolean }>`
    select id, active from integrations
    where phone_number_id = ${phoneNumberId} and (active or organization_id = ${organizationId})
    order by active desc limit 1 for update`;
}

/** In no other words where another organization has it: it is nobody's business which. */
function isConnected(): AppError {
  return new AppError(
    "conflict",
    "This number is connected already. Disconnect it where it is, then connect it here.",
  );
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
  { displayPhoneNumber, portfolioId, picture }: Verified,
): Promise<void> {
  if (isNew) {
    // The account stands in for a portfolio that the token may not see: both are Meta's own ids.
    await change.rows`
      insert into integrations (organization_id, id, phone_number_id, waba_id, portfolio_id,
        display_phone_number, access_token_box, active)
      values (${organizationId}, ${id}, ${phoneNumberId}, ${wabaId}, ${portfolioId ?? wabaId},
        ${displayPhoneNumber}, '', false)`;
  }
  const key = randomBytes(KEY_BYTES).toString("base64url");
  await change.rows`
    update integrations set waba_id = ${wabaId},
      portfolio_id = coalesce(${portfolioId}, portfolio_id),
      display_phone_number = ${displayPhoneNumber}, verified_name = ${picture.verifiedName},
      picture = ${change.json(picture)}, checked_at = ${new Date()},
      access_token_box = ${box.seal(accessToken, accessTokenContext(id))},
      webhook_key = case when ${app !== undefined} then coalesce(webhook_key, ${key}) end,
      app_secret_box = ${app ? box.seal(app.appSecret, appSecretContext(id)) : null},
      verify_token_box = ${app ? box.seal(app.verifyToken, verifyTokenContext(id)) : null},
      old_app_secret_box = null, old_app_secret_until = null, active = true, unknown_streak = 0,
      paused_until = null, send_credits = null, breaker_opened_at = null, stopped_at = null,
      stop_reason = null, stop_text = null,
      version = version + ${isNew ? 0 : 1}
    where organization_id = ${organizationId} and id = ${id}`;
}

/** Two organizations connected it at the same moment. */
function isTaken(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "23505";
}

/** A new token for the same number, verified first; a number that was stopped goes on. Fails as connecting does, and with `not_found`. */
export async function rotateToken(
  deps: NumbersDeps,
  by: By,
  id: string,
  accessToken: string,
): Promise<WhatsAppNumber> {
  const { organizationId } = by.actor;
  const number = await getNumber(deps.db, deps.publicUrl, organizationId, id);
  requireConnected(number);
  const { picture } = await verify(deps.meta, { ...number, accessToken });
  const act = { id, action: "number.token_rotated", request: accessToken } as const;
  return await edit(deps, by, act, async (change) => {
    await resume(change, organizationId, id);
    await change.rows`
      update integrations set verified_name = ${picture.verifiedName},
        access_token_box = ${deps.box.seal(accessToken, accessTokenContext(id))},
        picture = ${change.json(picture)}, checked_at = ${new Date()}, version = version + 1
      where organization_id = ${organizationId} and id = ${id}`;
  });
}

/** A new secret of the organization's own Meta app; the one before verifies for a while longer. */
export async function rotateAppSecret(
  deps: NumbersDeps,
  by: By,
  id: string,
  { appSecret, overlapMinutes = USUAL_OVERLAP_MINUTES }: AppSecretBody,
): Promise<WhatsAppNumber> {
  const request = [appSecret, overlapMinutes];
  const act = { id, action: "number.app_secret_rotated", request } as const;
  return await edit(deps, by, act, async (change, before) => {
    if (before.app !== "own") {
      throw new AppError("conflict", "This number's webhooks come by the platform's own app.");
    }
    await change.rows`
      update integrations set
        old_app_secret_box = case when ${overlapMinutes}::int > 0 then app_secret_box end,
        old_app_secret_until = case when ${overlapMinutes}::int > 0
          then now() + ${overlapMinutes}::int * interval '1 minute' end,
        app_secret_box = ${deps.box.seal(appSecret, appSecretContext(id))}, version = version + 1
      where organization_id = ${by.actor.organizationId} and id = ${id}`;
  });
}

/**
 * Nothing comes in or goes out by the number any more, and its token is forgotten. What waited to be
 * sent is cancelled, what leads had open counts as handled, no nudge is planned. A POST that is under way
 * at this moment stays visible as such. Fails with `not_found` and `conflict`.
 */
export async function disconnectNumber(
  deps: Pick<NumbersDeps, "mutate" | "publicUrl">,
  by: By,
  id: string,
): Promise<WhatsAppNumber> {
  const { organizationId } = by.actor;
  const act = { id, action: "number.disconnected", request: null } as const;
  return await edit(deps, by, act, async (change) => {
    await change.rows`
      update integrations set active = false, access_token_box = '', paused_until = null,
        version = version + 1
      where organization_id = ${organizationId} and id = ${id}`;
    change.stored(await settleMailbox(change, organizationId, id));
  });
}

interface Act {
  id: string;
  action: `number.${string}`;
  /** What makes a repeat the same request. */
  request: unknown;
}

/** A change of a connected number that the audit log keeps. Fails with `not_found` and `conflict`. */
async function edit(
  { mutate, publicUrl }: Pick<NumbersDeps, "mutate" | "publicUrl">,
  { actor, headers }: By,
  { id, action, request }: Act,
  work: (change: Change, before: WhatsAppNumber) => Promise<void>,
): Promise<WhatsAppNumber> {
  const { organizationId } = actor;
  return await mutate(
    actor,
    async (change) => {
      await change.rows`select 1 from integrations
        where organization_id = ${organizationId} and id = ${id} for update`;
      const before = await getNumber(change, publicUrl, organizationId, id);
      requireConnected(before);
      await work(change, before);
      const after = await getNumber(change, publicUrl, organizationId, id);
      change.audit({ action, resourceId: id, before, after });
      return after;
    },
    { key: headers["idempotency-key"], request: [action, id, request] },
  );
}

function requireConnected({ connected }: WhatsAppNumber): void {
  if (!connected) throw new AppError("conflict", "The number is disconnected. Connect it again.");
}

/** The same words for what does not exist and for what is another organization's. */
export function noNumber(id: string): AppError {
  return new AppError("not_found", "There is no such number.", { id });
}
