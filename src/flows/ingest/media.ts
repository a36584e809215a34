import type { Db } from "../../db/client.ts";
import {
  callPerson,
  conversationNews,
  outboxEvents,
  outboxInsert,
} from "../../db/queries/public-state.ts";
import type { LiveEvent } from "../../lib/events.ts";
import { newId } from "../../lib/ids.ts";
import { inboundMedia } from "../../whatsapp/inbound-media.ts";
import type { InboundItem } from "../../whatsapp/payload.ts";
import type { News } from "../announce.ts";

interface Arrived {
  entry: { integrationId: string };
  item: InboundItem;
}

/** Whether a wordless message is judged when its file's row is made: its words may still come. */
export function isJudgedWithFile({ text, raw }: InboundItem): boolean {
  return text === null && inboundMedia(raw) !== null;
}

/**
 * Makes the rows of a stored batch's files, which are then fetched at once. A lead's voice note or
 * picture that nothing will put into words, and that has none of its own, calls a person here. Written
 * twice it changes nothing the second time. `freshFrom`: what was sent before wakes nobody.
 */
export async function keepMedia(
  db: Db,
  arrived: readonly Arrived[],
  { transcribes, freshFrom }: { transcribes: boolean; freshFrom: Date },
): Promise<News> {
  const files = arrived.flatMap(({ entry, item }) => {
    const file = inboundMedia(item.raw);
    if (file === null) return [];
    const { integrationId } = entry;
    return [{ ...file, id: newId(), integrationId, wamid: item.wamid }];
  });
  if (files.length === 0) return {};
  const { kept, events } = await insertFiles(db, files, { transcribes, freshFrom });
  return {
    events,
    append: kept.map((entry) => ({ stream: "media", entry: { v: 1, ...entry } })),
  };
}

async function insertFiles(
  db: Db,
  files: readonly object[],
  { transcribes, freshFrom }: { transcribes: boolean; freshFrom: Date },
): Promise<{ kept: { organizationId: string; mediaId: string }[]; events: LiveEvent[] }> {
  const sql = db.fragment;
  const row = await db.first<{
    kept: { organizationId: string; mediaId: string }[];
    events: LiveEvent[];
  }>`
    with input as (
      select * from jsonb_to_recordset(${db.json(files)}) as x(id uuid, "integrationId" uuid,
        wamid text, "mediaId" text, kind text, voice bool, "mimeType" text, sha256 text, filename text)
    ), kept as (
      insert into media (organization_id, id, message_id, meta_media_id, kind, voice,
        claimed_mime_type, sha256, filename, step, reading, wakes)
      select m.organization_id, i.id, m.id, i."mediaId", i.kind, i.voice, i."mimeType", i.sha256,
        i.filename, 'fetch', case when r.reads then 'pending' else 'none' end,
        r.reads and m.text is null and m.sent_at > ${freshFrom}
      from input i join messages m on m.integration_id = i."integrationId" and m.wamid = i.wamid
      join organizations o on o.id = m.organization_id
      cross join lateral (select m.author = 'lead'
        and (i.voice and ${transcribes} or i.kind = 'image' and o.describe_images) as reads) r
      on conflict (organization_id, message_id) do nothing
      returning media.*
    ), unheard as (
      select m.* from kept k
      join messages m on m.organization_id = k.organization_id and m.id = k.message_id
      where m.author = 'lead' and m.text is null and not k.wakes
    ), called as (
      ${sql(callPerson("unheard", "unreadable_message"))}
    ), news as (
      ${sql(
        outboxInsert(
          conversationNews("conversation.updated", "called"),
          conversationNews("attention.required", "called"),
        ),
      )}
    )
    select (select coalesce(jsonb_agg(jsonb_build_object('organizationId', organization_id,
        'mediaId', id)), '[]'::jsonb) from kept) as kept,
      ${sql(outboxEvents("news"))} as events`;
  return row ?? { kept: [], events: [] };
}
