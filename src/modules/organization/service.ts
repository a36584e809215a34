import { utc } from "../../db/queries/public-state.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Actor } from "../../http/plugins/auth.ts";
import { requireVersion } from "../../http/plugins/versions.ts";
import { AppError } from "../../lib/errors.ts";
import type { Change, Mutate } from "../mutate.ts";
import type { Organization, OrganizationEdit } from "./model.ts";
import {
  canonicalLanguage,
  checkSettings,
  checkTimeZone,
  quietMinutes,
  unknownTimeZone,
} from "./rules.ts";

const clockTime = (column: string) => `to_char(make_interval(mins => ${column}::int), 'HH24:MI')`;

const ORGANIZATION = `id, name, website, contact_email, description, policy, language, time_zone,
  case when quiet_hours_from is not null then jsonb_build_object(
    'from', ${clockTime("quiet_hours_from")}, 'to', ${clockTime("quiet_hours_to")})
  end as quiet_hours,
  jsonb_build_object('quietMs', quiet_ms, 'quietCapMs', quiet_cap_ms) as debounce,
  holding_line, describe_images,
  case when daily_budget is not null or monthly_budget is not null then jsonb_build_object(
    'dailyUsd', trim_scale(daily_budget)::text, 'monthlyUsd', trim_scale(monthly_budget)::text)
  end as budgets,
  ${utc("created_at")} as created_at, version`;

/** The settings of one organization. */
export async function getOrganization(
  db: Pick<Transaction, "first" | "fragment">,
  organizationId: string,
): Promise<Organization> {
  const found = await db.first<Organization>`
    select ${db.fragment(ORGANIZATION)} from organizations where id = ${organizationId}`;
  if (!found) throw new AppError("not_found", "There is no such organization.");
  return found;
}

/**
 * Changes settings; each counts from the next message or turn on. Fails with `invalid_input` where
 * they do not fit together, and `precondition_failed`.
 */
export async function editOrganization(
  mutate: Mutate,
  { actor, headers }: { actor: Actor; headers: { "if-match"?: string | undefined } },
  edit: OrganizationEdit,
): Promise<Organization> {
  const { organizationId } = actor;
  return await mutate(actor, async (change) => {
    await change.rows`select 1 from organizations where id = ${organizationId} for update`;
    const before = await getOrganization(change, organizationId);
    requireVersion(headers, before);
    const wanted = await settled(change, before, edit);
    await write(change, wanted);
    const after = await getOrganization(change, organizationId);
    change.audit({ action: "organization.updated", resourceId: organizationId, before, after });
    return after;
  });
}

async function settled(
  change: Change,
  before: Organization,
  edit: OrganizationEdit,
): Promise<Organization> {
  const wanted = { ...before, ...edit };
  checkSettings(wanted);
  if (edit.timeZone !== undefined && edit.timeZone !== before.timeZone) {
    await requireTimeZone(change, edit.timeZone);
  }
  return { ...wanted, name: wanted.name.trim(), language: canonicalLanguage(wanted.language) };
}

/** Both the code and the statistics in SQL have to know it, under this very name. */
async function requireTimeZone(change: Change, timeZone: string): Promise<void> {
  checkTimeZone(timeZone);
  const known = await change.first`select 1 from pg_timezone_names where name = ${timeZone}`;
  if (!known) throw unknownTimeZone(timeZone);
}

async function write(change: Change, wanted: Organization): Promise<void> {
  const { debounce, budgets } = wanted;
  const quiet = quietMinutes(wanted.quietHours);
  await change.rows`
    update organizations set name = ${wanted.name}, website = ${wanted.website},
      contact_email = ${wanted.contactEmail}, description = ${wanted.description},
      policy = ${wanted.policy}, language = ${wanted.language}, time_zone = ${wanted.timeZone},
      quiet_hours_from = ${quiet.from}, quiet_hours_to = ${quiet.to},
      quiet_ms = ${debounce.quietMs}, quiet_cap_ms = ${debounce.quietCapMs},
      holding_line = ${wanted.holdingLine}, describe_images = ${wanted.describeImages},
      daily_budget = ${budgets?.dailyUsd ?? null}, monthly_budget = ${budgets?.monthlyUsd ?? null},
      version = version + 1
    where id = ${wanted.id}`;
}
