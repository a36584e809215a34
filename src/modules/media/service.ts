import type { Db } from "../../db/client.ts";
import { AppError } from "../../lib/errors.ts";
import type { Media } from "./model.ts";
import type { PassOffice } from "./signed-path.ts";

/** What a lead has deleted is nobody's to see: static SQL over the file `md`. */
const IS_SHOWN = `not exists (select 1 from messages m
  where m.organization_id = md.organization_id and m.id = md.message_id
    and m.deleted_at is not null)`;

/** Long enough to look at it; a page that stays open asks anew. */
const URL_SECONDS = 300;

type Row = Omit<Media, "url" | "urlExpiresAt">;

/** The file of a message, with an address that opens its bytes for a while. Fails with `not_found`. */
export async function mediaOfMessage(
  { db, passes, now }: { db: Db; passes: PassOffice; now(): Date },
  organizationId: string,
  messageId: string,
): Promise<Media> {
  const row = await db.first<Row>`
    select md.id, md.message_id, md.kind, md.voice, md.state, md.problem, md.mime_type, md.bytes,
      md.filename, md.reading, md.description,
      case when md.transcript is not null then jsonb_build_object('text', md.transcript,
        'confidence', md.transcript_confidence, 'clear', md.transcript_clear) end as transcript
    from media md
    where md.organization_id = ${organizationId} and md.message_id = ${messageId}
      and ${db.fragment(IS_SHOWN)}
    union all
    select f.id, m.id, coalesce(m.payload #>> '{header,type}', m.kind), false, 'stored', null,
      f.mime_type, f.bytes, f.filename, 'none', null, null
    from messages m join files f on f.organization_id = m.organization_id and f.id = m.file_id
    where m.organization_id = ${organizationId} and m.id = ${messageId} and f.state = 'stored'`;
  if (!row) {
    throw new AppError("not_found", "There is no such message, or no file came with it.", {
      messageId,
    });
  }
  if (row.state !== "stored") return { ...row, url: null, urlExpiresAt: null };
  const expiresAtS = Math.floor(now().getTime() / 1_000) + URL_SECONDS;
  const token = passes.sign({ organizationId, mediaId: row.id, expiresAtS });
  return {
    ...row,
    url: `/media/${token}`,
    urlExpiresAt: new Date(expiresAtS * 1_000).toISOString(),
  };
}

export interface KeptFile {
  mimeType: string;
  bytes: number;
  filename: string | null;
}

/** What is known of a kept file; undefined once it is not kept any more. */
export function keptFile(
  db: Db,
  organizationId: string,
  mediaId: string,
): Promise<KeptFile | undefined> {
  return db.first<KeptFile>`
    select md.mime_type, md.bytes, md.filename from media md
    where md.organization_id = ${organizationId} and md.id = ${mediaId} and md.state = 'stored'
      and ${db.fragment(IS_SHOWN)}
    union all
    select mime_type, bytes, filename from files
    where organization_id = ${organizationId} and id = ${mediaId} and state = 'stored'`;
}
