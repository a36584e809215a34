import type { Db } from "../../db/client.ts";
import { FORGET_MEDIA } from "../../db/queries/forget-media.ts";
import {
  callPerson,
  conversationNews,
  outboxEvents,
  outboxInsert,
} from "../../db/queries/public-state.ts";
import type { LiveEvent } from "../../lib/events.ts";
import { newId } from "../../lib/ids.ts";
import type { MediaContent } from "../../whatsapp/inbound-content.ts";
import type { InboundItem } from "../../whatsapp/payload.ts";
import type { News } from "../announce.ts";
import type { Append } from "../deps.ts";
import { type ConversationKey, keyed } from "./parked.ts";
import type { FileKey } from "./store.ts";

interface Arrived {
  entry: { integrationId: string };
  item: InboundItem;
}

/** Whether a wordless message is judged when its file's row is made: its words may still come. */
export function isJudgedWithFile(item: InboundItem): boolean {
  return item.text === null && fileOf(item) !== null;
}

/** The file of a message; null if it has none that could be fetched. */
function fileOf({ content }: InboundItem): (MediaContent & { mediaId: string }) | null {
  if (content === undefined || !("mediaId" in content) || content.mediaId === null) return null;
  return { ...content, mediaId: content.mediaId };
}

/**
 * Makes the rows of a stored batch's files, which are then fetched at once. A lead's voice note or
 * picture that nothing will put into words, and that has none of its own, calls a person here. Written
 * twice it changes nothing the second time. `freshFrom`: what was sent before wakes nobody. A message that
 * was deleted has no file: its row is held meanwhile, so that of a deletion that crosses one sees the other.
 */
export async function keepMedia(
  db: Db,
  arrived: readonly Arrived[],
  { transcribes, freshFrom }: { transcribes: boolean; freshFrom: Date },
): Promise<News> {
  const files = arrived.flatMap(({ entry, item }) => {
    const file = fileOf(item);
    if (file === null) return [];
    const { type: kind, mediaId, voice, mimeType, sha256, filename } = file;
    const { integrationId } = entry;
    const known = { kind, mediaId, voice, mimeType, sha256, filename };
    return [{ ...known, id: newId(), integrationId, wamid: item.wamid }];
  });
  if (files.length === 0) return {};
  const { kept, events } = await insertFiles(db, files, { transcribes, freshFrom });
  return { events, append: kept.map(mediaWakeUp) };
}

export function mediaWakeUp(file: FileKey): Extract<Append, { stream: "media" }> {
  return { stream: "media", entry: { v: 1, ...file } };
}

/**
 * Marks the files of deleted messages of these conversations as to be erased. Apart from the deletion,
 * because that waits for whoever is making the file's row and does not see it; doing it again is harmless.
 */
export function forgetDeletedFiles(db: Db, keys: readonly ConversationKey[]): Promise<FileKey[]> {
  return db.rows<FileKey>`
    update media md set ${db.fragment(FORGET_MEDIA)}
    from message_changes x join messages m
      on m.integration_id = x.integration_id and m.wamid = x.target_wamid
    where (x.organization_id, x.conversation_id) in (${keyed(db, keys)}) and x.kind = 'revoke'
      and m.organization_id = x.organization_id and m.deleted_at is not null
      and md.organization_id = m.organization_id and md.message_id = m.id
      and md.state <> 'erased'
    returning md.organization_id, md.id as media_id`;
}

async function insertFiles(
  db: Db,
  files: readonly object[],
  { transcribes, freshFrom }: { transcribes: boolean; freshFrom: Date },
): Promise<{ kept: FileKey[]; events: LiveEvent[] }> {
  const sql = db.fragment;
  const row = await db.first<{ kept: FileKey[]; events: LiveEvent[] }>`
    with input as (
      select * from jsonb_to_recordset(${db.json(files)}) as x(id uuid, "integrationId" uuid,
        wamid text, "mediaId" text, kind text, voice bool, "mimeType" text, sha256 text, filename text)
    ), said as (
      select m.*, i.id as media_id, i."mediaId" as meta_media_id, i.kind as media_kind, i.voice,
        i."mimeType" as mime_type, i.sha256, i.filename
      from input i join messages m on m.integration_id = i."integrationId" and m.wamid = i.wamid
      where m.deleted_at is null
      for share of m
    ), kept as (
      insert into media (organization_id, id, message_id, meta_media_id, kind, voice,
        claimed_mime_type, sha256, filename, step, reading, wakes)
      select m.organization_id, m.media_id, m.id, m.meta_media_id, m.media_kind, m.voice,
        m.mime_type, m.sha256, m.filename, 'fetch',
        case when r.reads then 'pending' else 'none' end,
        r.reads and m.text is null and m.sent_at > ${freshFrom}
      from said m join organizations o on o.id = m.organization_id
      cross join lateral (select m.author = 'lead' and (m.voice and ${transcribes}
        or m.media_kind = 'image' and o.describe_images) as reads) r
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
