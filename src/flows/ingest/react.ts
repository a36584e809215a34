import type { Db } from "../../db/client.ts";
import { messageNews, outboxEvents, outboxInsert } from "../../db/queries/public-state.ts";
import type { LiveEvent } from "../../lib/events.ts";
import type { DueChange } from "./parked.ts";

/**
 * Puts reactions to their messages; of one author's the latest stands, and taking it back is
 * remembered, so that an older one coming late does not return. One statement for each author: a
 * statement changes a row only once.
 */
export async function applyReactions(db: Db, due: readonly DueChange[]): Promise<LiveEvent[]> {
  const events: LiveEvent[] = [];
  for (const author of ["lead", "human"] as const) {
    const theirs = due.filter((change) => change.author === author);
    if (theirs.length > 0) events.push(...(await applyOf(db, theirs)));
  }
  return events;
}

async function applyOf(db: Db, due: readonly DueChange[]): Promise<LiveEvent[]> {
  const sql = db.fragment;
  const rows = due.map(({ organizationId, id, targetId, author, content, at }, ord) => ({
    organization_id: organizationId,
    id,
    target_id: targetId,
    author,
    emoji: content.type === "reaction" ? content.emoji || null : null,
    at,
    ord,
  }));
  const row = await db.first<{ events: LiveEvent[] }>`
    with input as (
      select * from jsonb_to_recordset(${db.json(rows)}) as x(organization_id uuid, id uuid,
        target_id uuid, author text, emoji text, at timestamptz, ord int)
    ), claimed as (
      update message_changes x set settled_at = now() from input i
      where x.organization_id = i.organization_id and x.id = i.id and x.settled_at is null
      returning x.id
    ), latest as (
      select distinct on (i.target_id) i.* from input i join claimed x on x.id = i.id
      order by i.target_id, i.at desc, i.ord desc
    ), reacted as (
      update messages m set version = m.version + 1,
        reactions = jsonb_set(coalesce(m.reactions, '{}'), array[i.author],
          jsonb_build_object('emoji', i.emoji, 'at', to_char(i.at at time zone 'UTC',
            'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))
      from latest i
      where m.organization_id = i.organization_id and m.id = i.target_id and m.deleted_at is null
        and coalesce((m.reactions -> i.author ->> 'at')::timestamptz <= i.at, true)
      returning m.*
    ), news as (
      ${sql(outboxInsert(messageNews("message.updated", "reacted")))}
    )
    select ${sql(outboxEvents("news"))} as events`;
  return row?.events ?? [];
}
