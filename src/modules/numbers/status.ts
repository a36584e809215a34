import { utc } from "../../db/queries/public-state.ts";
import type { StopReason } from "../../db/schema/organizations.ts";
import type { Actor } from "../../http/plugins/auth.ts";
import { AppError, errorCode } from "../../lib/errors.ts";
import { accessTokenContext, appSecretContext } from "../../lib/secret-box.ts";
import { missingFields } from "./installation-checks.ts";
import type { NumberProblem, NumberStatus } from "./model.ts";
import { keepPicture, NOTHING_TOLD, type Picture } from "./picture.ts";
import * as problems from "./problems.ts";
import { resume } from "./resume.ts";
import { type NumbersDeps, noNumber } from "./service.ts";
import { isAmong, NEEDED_SCOPES } from "./verify.ts";

/** Meta allows 200 questions an hour about an account; a look asks two, whoever looks how often. */
const FRESH_FOR_MS = 60_000;

/** More of them would be a list, and there is one. */
const TEMPLATES_NAMED = 10;

export type LookDeps = Pick<NumbersDeps, "db" | "box" | "meta" | "appSecrets">;
type StatusDeps = LookDeps & Pick<NumbersDeps, "mutate">;

interface Known {
  organizationId: string;
  id: string;
  connected: boolean;
  phoneNumberId: string;
  wabaId: string;
  accessTokenBox: string;
  /** Of the organization's own Meta app; null: the platform's. */
  appSecretBox: string | null;
  picture: Picture | null;
  checkedAt: string | null;
  lastWebhookAt: string | null;
  stoppedAt: string | null;
  stopReason: StopReason | null;
  stopText: string | null;
  botPaused: boolean;
  paused: boolean;
  unknownStreak: number;
  /** Templates that Meta has and does not let out. */
  unsendable: string[];
  templatesUnread: boolean;
}

interface Told {
  picture: Picture;
  /** Meta said it just now. */
  isNew: boolean;
  checkedAt: string | null;
  /** Why it is not what Meta says now. */
  problem: NumberProblem | null;
}

/**
 * How the number is by what Meta says now, or said last where it does not answer: that is a problem in
 * the answer, not a failure of it. One that was stopped goes on once Meta says that token and number are
 * well: if something else was wrong and still is, the next send stops it again. Fails with `not_found`.
 */
export async function numberStatus(
  deps: StatusDeps,
  actor: Actor,
  id: string,
): Promise<NumberStatus> {
  const found = await read(deps, actor.organizationId, id);
  const told = await tell(deps, found);
  const goesOn = found.stoppedAt !== null && told.isNew && isWell(told.picture, found.stopReason);
  if (goesOn) await goOn(deps, actor, id);
  const known = goesOn ? { ...found, stoppedAt: null, stopReason: null, stopText: null } : found;
  return statusOf(known, told);
}

/** The same, for who only looks: a stopped number stays stopped. */
export async function lookAtStatus(
  deps: LookDeps,
  organizationId: string,
  id: string,
): Promise<NumberStatus> {
  const found = await read(deps, organizationId, id);
  return statusOf(found, await tell(deps, found));
}

function statusOf(known: Known, told: Told): NumberStatus {
  const { refusal: _, ...facts } = told.picture;
  const { connected, lastWebhookAt, stoppedAt, stopReason, paused, unknownStreak } = known;
  return {
    connected,
    checkedAt: told.checkedAt,
    ...facts,
    lastWebhookAt,
    stoppedAt,
    stopReason,
    paused,
    unknownStreak,
    problems: connected ? problemsOf(known, told) : [problems.disconnected],
  };
}

/** Whether Meta says that what the number was stopped for is over. */
function isWell(
  { refusal, tokenValid, scopes, canSend }: Picture,
  reason: StopReason | null,
): boolean {
  const hasScopes = scopes === null || NEEDED_SCOPES.every((scope) => scopes.includes(scope));
  if (refusal !== null || tokenValid !== true || !hasScopes) return false;
  if (reason === "access") return canSend !== "BLOCKED";
  if (reason === "registration") return canSend === "AVAILABLE" || canSend === "LIMITED";
  return canSend === "AVAILABLE";
}

async function goOn({ mutate }: StatusDeps, actor: Actor, id: string): Promise<void> {
  await mutate(actor, async (change) => {
    const resumed = await resume(change, actor.organizationId, id);
    if (resumed) change.audit({ action: "number.resumed", resourceId: id });
  });
}

function problemsOf(known: Known, { picture, problem }: Told): NumberProblem[] {
  const { stopReason, stopText, botPaused, paused, lastWebhookAt, unsendable } = known;
  return [
    ...(stopReason ? [problems.stopped(stopReason, stopText ?? "")] : []),
    ...(problem ? [problem] : []),
    // Real time: Meta's tokens know no other.
    ...problems.ofPicture(picture, new Date()),
    ...(paused ? [problems.paused] : []),
    ...(botPaused ? [problems.botPaused] : []),
    ...(lastWebhookAt ? [] : [problems.noWebhook]),
    ...(unsendable.length > 0 ? [problems.templatesUnsendable(unsendable)] : []),
    ...(known.templatesUnread ? [problems.templatesUnread] : []),
  ];
}

async function read({ db }: LookDeps, organizationId: string, id: string): Promise<Known> {
  const row = await db.first<Known>`
    select organization_id, id, active as connected, phone_number_id, waba_id, access_token_box,
      app_secret_box, picture, ${db.fragment(utc("checked_at"))} as checked_at,
      ${db.fragment(utc("last_ingress_at"))} as last_webhook_at,
      ${db.fragment(utc("stopped_at"))} as stopped_at, stop_reason, stop_text,
      coalesce(bot_paused_until > now(), false) as bot_paused,
      coalesce(paused_until > now() and send_credits is null, false) as paused, unknown_streak,
      array(select t.name || ' (' || t.language || ') is ' || t.status from templates t
        where t.organization_id = i.organization_id and t.integration_id = i.id
          and t.status in ('REJECTED', 'PAUSED', 'DISABLED', 'LOCKED', 'ARCHIVED')
        order by t.name, t.language limit ${TEMPLATES_NAMED}) as unsendable,
      coalesce(templates_synced_at, created_at) < now() - interval '1 hour' as templates_unread
    from integrations i where organization_id = ${organizationId} and id = ${id}`;
  if (!row) throw noNumber(id);
  return row;
}

async function tell(deps: LookDeps, known: Known): Promise<Told> {
  const { checkedAt } = known;
  const last = { picture: { ...NOTHING_TOLD, ...known.picture }, isNew: false, checkedAt };
  const ageMs = known.checkedAt === null ? Infinity : Date.now() - Date.parse(known.checkedAt);
  if (!known.connected || ageMs < FRESH_FOR_MS) return { ...last, problem: null };
  const token = openToken(deps, known);
  if (token === null) return { ...last, problem: problems.tokenUnreadable };
  try {
    const picture = await askMeta(deps, token, known);
    const keptAt = await keepPicture(deps.db, known, picture);
    return { picture, isNew: true, checkedAt: keptAt, problem: null };
  } catch (error) {
    if (errorCode(error) !== "whatsapp_unavailable") throw error;
    return { ...last, problem: problems.metaAway };
  }
}

function openToken({ box }: LookDeps, { id, accessTokenBox }: Known): string | null {
  try {
    return box.open(accessTokenBox, accessTokenContext(id));
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

/** Fails with `whatsapp_unavailable`; a refusal is an answer like another. */
async function askMeta(deps: LookDeps, token: string, known: Known): Promise<Picture> {
  const { meta } = deps;
  const { phoneNumberId, wabaId } = known;
  try {
    const [number, facts, appIds] = await Promise.all([
      meta.readNumber(token, phoneNumberId),
      meta.readToken(token),
      meta.subscribedAppIds(token, wabaId),
    ]);
    const { displayPhoneNumber: _, ...said } = number;
    return {
      ...said,
      tokenValid: true,
      scopes: facts.scopes,
      tokenExpiresAt: facts.expiresAt,
      subscribed: facts.appId === null ? null : isAmong(appIds, facts),
      missingFields: await askFields(deps, facts.appId, known),
      refusal: null,
    };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "invalid_input") throw error;
    const isToken = error.details["refused"] === "token";
    return { ...NOTHING_TOLD, tokenValid: isToken ? false : null, refusal: error.message };
  }
}

/** Null where Meta does not tell: the token's app is unknown, or it is not the app of our secret. */
async function askFields(
  { meta, box, appSecrets }: LookDeps,
  appId: string | null,
  { id, appSecretBox }: Known,
): Promise<string[] | null> {
  const [newest] = appSecrets;
  try {
    const secret = appSecretBox === null ? newest : box.open(appSecretBox, appSecretContext(id));
    if (appId === null || secret === undefined) return null;
    return missingFields(await meta.webhooks(appId, secret));
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}
