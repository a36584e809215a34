import type { Db } from "../../db/client.ts";
import { outboxEvents, utc } from "../../db/queries/public-state.ts";
import { INSTALLATION, type LiveEvent } from "../../lib/events.ts";
import { newId } from "../../lib/ids.ts";
import type { AlertKey, Reading } from "./rules.ts";

export async function raisedAlerts(db: Db): Promise<AlertKey[]> {
  return await db.rows<AlertKey>`
    select rule, nullif(stream, '') as stream from queue_alerts where cleared_at is null`;
}

/** As the frame and REST tell it. */
function alertState(alias: string): string {
  return `jsonb_build_object('alertId', ${alias}.id, 'rule', ${alias}.rule,
    'stream', nullif(${alias}.stream, ''),
    'state', case when ${alias}.cleared_at is null then 'raised' else 'cleared' end,
    'value', ${alias}.value, 'threshold', ${alias}.threshold,
    'since', ${utc(`${alias}.raised_at`)}, 'text', ${alias}.text)`;
}

function news(table: string): string {
  return `insert into outbox (id, organization_id, kind, entity_id, version, data)
    select gen_random_uuid(), '${INSTALLATION}', 'queue.alert', id, version, ${alertState(table)}
    from ${table} returning *`;
}

/**
 * Raises alerts and answers the events to tell. One that is raised already stays as it is, whoever
 * raised it: a second leader, or this one before its restart, tells nothing again.
 */
export async function raiseAlerts(db: Db, readings: readonly Reading[]): Promise<LiveEvent[]> {
  const sql = db.fragment;
  const found = readings.map(({ rule, stream, value, raiseAt, text }) => ({
    ...{ id: newId(), rule, stream: stream ?? "", value, threshold: raiseAt, text },
  }));
  const row = await db.first<{ events: LiveEvent[] }>`
    with raised as (
      insert into queue_alerts as a (rule, stream, id, value, threshold, text)
      select rule, stream, id, value, threshold, text from jsonb_to_recordset(${db.json(found)})
        as found (id uuid, rule text, stream text, value float8, threshold float8, text text)
      on conflict (rule, stream) do update set id = excluded.id, value = excluded.value,
        threshold = excluded.threshold, text = excluded.text, raised_at = now(),
        cleared_at = null, version = a.version + 1
      where a.cleared_at is not null
      returning *
    ), news as (${sql(news("raised"))})
    select ${sql(outboxEvents("news"))} as events`;
  return row?.events ?? [];
}

/** Clears alerts, with the value that cleared each, and answers the events to tell. */
export async function clearAlerts(db: Db, readings: readonly Reading[]): Promise<LiveEvent[]> {
  const sql = db.fragment;
  const found = readings.map(({ rule, stream, value }) => ({ rule, stream: stream ?? "", value }));
  const row = await db.first<{ events: LiveEvent[] }>`
    with cleared as (
      update queue_alerts a set cleared_at = now(), value = found.value, version = a.version + 1
      from jsonb_to_recordset(${db.json(found)}) as found (rule text, stream text, value float8)
      where a.rule = found.rule and a.stream = found.stream and a.cleared_at is null
      returning a.*
    ), news as (${sql(news("cleared"))})
    select ${sql(outboxEvents("news"))} as events`;
  return row?.events ?? [];
}
