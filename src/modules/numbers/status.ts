import { utc } from "../../db/queries/public-state.ts";
import { AppError, errorCode } from "../../lib/errors.ts";
import { accessTokenContext } from "../../lib/secret-box.ts";
import type { NumberProblem, NumberStatus } from "./model.ts";
import { keepPicture, NOTHING_TOLD, type Picture } from "./picture.ts";
import * as problems from "./problems.ts";
import { type NumbersDeps, noNumber } from "./service.ts";
import { isAmong } from "./verify.ts";

/** Meta allows 200 questions an hour about an account; a look asks two, whoever looks how often. */
const FRESH_FOR_MS = 60_000;

/** More of them would be a list, and there is one. */
const TEMPLATES_NAMED = 10;

export type StatusDeps = Pick<NumbersDeps, "db" | "box" | "meta">;

interface Known {
  organizationId: string;
  id: string;
  connected: boolean;
  phoneNumberId: string;
  wabaId: string;
  accessTokenBox: string;
  picture: Picture | null;
  checkedAt: string | null;
  lastWebhookAt: string | null;
  paused: boolean;
  unknownStreak: number;
  /** Templates that Meta has and does not let out. */
  unsendable: string[];
  templatesUnread: boolean;
}

interface Told {
  picture: Picture;
  checkedAt: string | null;
  /** Why it is not what Meta says now. */
  problem: NumberProblem | null;
}

/**
 * How the number is by what Meta says now, or said last where it does not answer: that is a problem in
 * the answer, not a failure of it. Fails with `not_found`.
 */
export async function numberStatus(
  deps: StatusDeps,
  organizationId: string,
  id: string,
): Promise<NumberStatus> {
  const known = await read(deps, organizationId, id);
  const told = await tell(deps, known);
  const { refusal: _, ...facts } = told.picture;
  const { connected, lastWebhookAt, paused, unknownStreak } = known;
  return {
    connected,
    checkedAt: told.checkedAt,
    ...facts,
    lastWebhookAt,
    paused,
    unknownStreak,
    problems: connected ? problemsOf(known, told) : [problems.disconnected],
  };
}

function problemsOf(known: Known, { picture, problem }: Told): NumberProblem[] {
  const { paused, lastWebhookAt, unsendable } = known;
  return [
    ...(problem ? [problem] : []),
    // Real time: Meta's tokens know no other.
    ...problems.ofPicture(picture, new Date()),
    ...(paused ? [problems.paused] : []),
    ...(lastWebhookAt ? [] : [problems.noWebhook]),
    ...(unsendable.length > 0 ? [problems.templatesUnsendable(unsendable)] : []),
    ...(known.templatesUnread ? [problems.templatesUnread] : []),
  ];
}

async function read({ db }: StatusDeps, organizationId: string, id: string): Promise<Known> {
  const row = await db.first<Known>`
    select organization_id, id, active as connected, phone_number_id, waba_id, access_token_box,
      picture, ${db.fragment(utc("checked_at"))} as checked_at,
      ${db.fragment(utc("last_ingress_at"))} as last_webhook_at,
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

async function tell(deps: StatusDeps, known: Known): Promise<Told> {
  const last = { picture: known.picture ?? NOTHING_TOLD, checkedAt: known.checkedAt };
  const ageMs = known.checkedAt === null ? Infinity : Date.now() - Date.parse(known.checkedAt);
  if (!known.connected || ageMs < FRESH_FOR_MS) return { ...last, problem: null };
  const token = openToken(deps, known);
  if (token === null) return { ...last, problem: problems.tokenUnreadable };
  try {
    const picture = await askMeta(deps, token, known);
    return { picture, checkedAt: await keepPicture(deps.db, known, picture), problem: null };
  } catch (error) {
    if (errorCode(error) !== "whatsapp_unavailable") throw error;
    return { ...last, problem: problems.metaAway };
  }
}

function openToken({ box }: StatusDeps, { id, accessTokenBox }: Known): string | null {
  try {
    return box.open(accessTokenBox, accessTokenContext(id));
  } catch (error) {
    if (error instanceof AppError) return null;
    throw error;
  }
}

/** Fails with `whatsapp_unavailable`; a refusal is an answer like another. */
async function askMeta(
  { meta }: StatusDeps,
  token: string,
  { phoneNumberId, wabaId }: Known,
): Promise<Picture> {
  try {
    const [number, facts, appIds] = await Promise.all([
      meta.readNumber(token, phoneNumberId),
      meta.readToken(token),
      meta.subscribedAppIds(token, wabaId),
    ]);
    const { verifiedName, quality, throughput } = number;
    return {
      tokenValid: true,
      scopes: facts.scopes,
      tokenExpiresAt: facts.expiresAt,
      verifiedName,
      quality,
      throughput,
      subscribed: facts.appId === null ? null : isAmong(appIds, facts),
      refusal: null,
    };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "invalid_input") throw error;
    const isToken = error.details["refused"] === "token";
    return { ...NOTHING_TOLD, tokenValid: isToken ? false : null, refusal: error.message };
  }
}
