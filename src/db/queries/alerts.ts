import type { LiveEvent } from "../../lib/events.ts";
import { newId } from "../../lib/ids.ts";
import type { Db } from "../client.ts";
import type { AlertSeverity, StopReason } from "../schema/organizations.ts";
import { outboxEvents, utc } from "./public-state.ts";

export interface Alert {
  organizationId: string;
  /** Null: about the organization's account. */
  integrationId: string | null;
  /** Such as `number_stopped` or `template_paused`. */
  kind: string;
  severity: AlertSeverity;
  /** What is wrong, and what to do. */
  text: string;
  /** Alerts of one organization with the same are one. */
  digest: string;
}

const ALERT_COLUMNS = `organization_id uuid, id uuid, integration_id uuid, kind text, severity text,
  text text, digest text`;

/** CTEs `raised` and `news` from the alerts in `found`; an alert that is known raises nothing. */
export const RAISE = `raised as (
    insert into alerts (organization_id, id, integration_id, kind, severity, text, digest)
    select organization_id, id, integration_id, kind, severity, text, digest from found
    on conflict do nothing
    returning *
  ), news as (
    insert into outbox (id, organization_id, kind, entity_id, version, data)
    select gen_random_uuid(), organization_id, 'alert.raised', id, 1,
      jsonb_build_object('id', id, 'kind', kind, 'severity', severity, 'text', text,
        'at', ${utc("created_at")})
    from raised
    returning outbox.*
  )`;

/** Tells an organization's people something once. Answers the live events to publish. */
export async function raiseAlerts(db: Db, alerts: readonly Alert[]): Promise<LiveEvent[]> {
  if (alerts.length === 0) return [];
  const sql = db.fragment;
  const rows = alerts.map(({ organizationId, integrationId, ...alert }) => ({
    ...alert,
    id: newId(),
    organization_id: organizationId,
    integration_id: integrationId,
  }));
  const row = await db.first<{ events: LiveEvent[] }>`
    with found as (
      select * from jsonb_to_recordset(${db.json(rows)}) as x(${sql(ALERT_COLUMNS)})
    ), ${sql(RAISE)}
    select ${sql(outboxEvents("news"))} as events`;
  return row?.events ?? [];
}

export interface NumberStop {
  organizationId: string;
  integrationId: string;
  reason: StopReason;
  /** What Meta said, and what to do. */
  text: string;
}

/**
 * Stops connected numbers: nothing of them is claimed any more, what waits keeps waiting. One that has
 * stopped already keeps its first reason. Raises a critical alert for each. Answers the live events.
 */
export async function stopNumbers(db: Db, stops: readonly NumberStop[]): Promise<LiveEvent[]> {
  if (stops.length === 0) return [];
  const sql = db.fragment;
  const rows = stops.map(({ organizationId, integrationId, reason, text }) => ({
    organization_id: organizationId,
    integration_id: integrationId,
    alert_id: newId(),
    reason,
    text,
  }));
  const row = await db.first<{ events: LiveEvent[] }>`
    with stops as (
      select distinct on (integration_id) * from jsonb_to_recordset(${db.json(rows)}) as x(
        organization_id uuid, integration_id uuid, alert_id uuid, reason text, text text)
      order by integration_id
    ), stopped as (
      update integrations i set stopped_at = now(), stop_reason = s.reason, stop_text = s.text,
        version = i.version + 1
      from stops s
      where i.organization_id = s.organization_id and i.id = s.integration_id
        and i.active and i.stopped_at is null
      returning i.*, s.alert_id
    ), found as (
      select organization_id, alert_id as id, id as integration_id, 'number_stopped' as kind,
        'critical' as severity, display_phone_number || ' is stopped: ' || stop_text as text,
        'number_stopped/' || id || '/' || version as digest
      from stopped
    ), ${sql(RAISE)}
    select ${sql(outboxEvents("news"))} as events`;
  return row?.events ?? [];
}

export interface NumberRef {
  organizationId: string;
  integrationId: string;
}

/**
 * Lets numbers send again that were stopped because Meta had restricted their account; any other stop
 * stays. What waited goes out with the next sweep. Raises an alert for each. Answers the live events.
 */
export async function resumeNumbers(db: Db, numbers: readonly NumberRef[]): Promise<LiveEvent[]> {
  if (numbers.length === 0) return [];
  const sql = db.fragment;
  const rows = numbers.map(({ organizationId, integrationId }) => ({
    organization_id: organizationId,
    integration_id: integrationId,
    alert_id: newId(),
  }));
  const row = await db.first<{ events: LiveEvent[] }>`
    with freed as (
      select distinct on (integration_id) * from jsonb_to_recordset(${db.json(rows)}) as x(
        organization_id uuid, integration_id uuid, alert_id uuid)
      order by integration_id
    ), resumed as (
      update integrations i set stopped_at = null, stop_reason = null, stop_text = null,
        version = i.version + 1
      from freed f
      where i.organization_id = f.organization_id and i.id = f.integration_id
        and i.stop_reason = 'account'
      returning i.*, f.alert_id
    ), found as (
      select organization_id, alert_id as id, id as integration_id, 'number_resumed' as kind,
        'info' as severity, display_phone_number || ' sends again.' as text,
        'number_resumed/' || id || '/' || version as digest
      from resumed
    ), ${sql(RAISE)}
    select ${sql(outboxEvents("news"))} as events`;
  return row?.events ?? [];
}
