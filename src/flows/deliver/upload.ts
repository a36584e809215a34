import type { Db } from "../../db/client.ts";
import { metaMimeType } from "../../funnel/media.ts";
import type { Clock } from "../../lib/clock.ts";
import type { UploadAnswer } from "../../whatsapp/client.ts";
import { createPlaces } from "../places.ts";
import type { Candidate } from "./pick.ts";

/** Meta keeps an upload for 30 days; one that ends while its message is on its way would be lost. */
const FRESH_DAYS = 29;
const DAY_MS = 24 * 60 * 60_000;

/** Each holds a file of up to 100 MB in memory. */
const UPLOADS_AT_ONCE = 2;
const UPLOADS_WAITING = 4;

/** A file as it goes to Meta. */
export interface FileToUpload {
  organizationId: string;
  integrationId: string;
  fileId: string;
  /** As Meta calls it. */
  mimeType: string;
  filename: string;
  phoneNumberId: string;
  accessTokenBox: string;
}

export type NotUploaded = Exclude<UploadAnswer, { kind: "uploaded" }>;

export interface UploadDeps {
  db: Db;
  clock: Clock;
  /** One POST to the Graph API, within a deadline; never rejects. */
  upload(file: FileToUpload, signal: AbortSignal): Promise<UploadAnswer>;
}

interface TheNumber {
  organizationId: string;
  integrationId: string;
}

/**
 * Sees to it that Meta has the file of a message before the message is claimed: an upload may take a
 * minute, and what is claimed has to leave at once. Answers null when it has (or there is none), `busy`
 * when so many are under way that this one has to come again, else what became of the upload.
 */
export function createFileReadier({ db, clock, upload }: UploadDeps) {
  const places = createPlaces({ total: UPLOADS_AT_ONCE, ofOneKey: UPLOADS_AT_ONCE });
  return async (
    number: TheNumber,
    { fileId }: Pick<Candidate, "fileId">,
    signal: AbortSignal,
  ): Promise<NotUploaded | "busy" | null> => {
    if (fileId === null || (await isFresh(db, number, fileId, clock.now()))) return null;
    const waiting = { waitingAtMost: UPLOADS_WAITING, signal };
    const place = await places.take(number.organizationId, waiting);
    if (!place) return "busy";
    try {
      const file = await missingFile(db, number, fileId, clock.now());
      if (!file) return null;
      const result = await upload(file, signal);
      if (result.kind !== "uploaded") return result;
      await keepUpload(db, file, result.metaMediaId, clock.now());
      return null;
    } finally {
      place.release();
    }
  };
}

function freshFrom(now: Date): Date {
  return new Date(now.getTime() - FRESH_DAYS * DAY_MS);
}

async function isFresh(db: Db, number: TheNumber, fileId: string, now: Date): Promise<boolean> {
  const row = await db.first`
    select 1 from file_uploads
    where organization_id = ${number.organizationId} and file_id = ${fileId}
      and integration_id = ${number.integrationId} and uploaded_at > ${freshFrom(now)}`;
  return row !== undefined;
}

/** Undefined when Meta has it: somebody else uploaded it while this one waited for its place. */
async function missingFile(
  db: Db,
  { organizationId, integrationId }: TheNumber,
  fileId: string,
  now: Date,
): Promise<FileToUpload | undefined> {
  if (await isFresh(db, { organizationId, integrationId }, fileId, now)) return undefined;
  const row = await db.first<FileRow>`
    select f.mime_type, f.filename, i.phone_number_id, i.access_token_box
    from files f join integrations i on i.organization_id = f.organization_id
      and i.id = ${integrationId}
    where f.organization_id = ${organizationId} and f.id = ${fileId}`;
  if (!row) return undefined;
  const { phoneNumberId, accessTokenBox } = row;
  const mimeType = metaMimeType(row.mimeType, row.filename);
  const filename = row.filename ?? "file";
  const access = { phoneNumberId, accessTokenBox };
  return { organizationId, integrationId, fileId, mimeType, filename, ...access };
}

interface FileRow {
  mimeType: string;
  filename: string | null;
  phoneNumberId: string;
  accessTokenBox: string;
}

async function keepUpload(
  db: Db,
  { organizationId, integrationId, fileId }: FileToUpload,
  metaMediaId: string,
  now: Date,
): Promise<void> {
  await db.rows`
    insert into file_uploads (organization_id, file_id, integration_id, meta_media_id, uploaded_at)
    values (${organizationId}, ${fileId}, ${integrationId}, ${metaMediaId}, ${now})
    on conflict (organization_id, file_id, integration_id)
      do update set meta_media_id = excluded.meta_media_id, uploaded_at = excluded.uploaded_at`;
}

/** Meta does not know the message's file (any more): the next try uploads it anew. */
export async function forgetUpload(
  db: Db,
  { organizationId, integrationId, messageId }: TheNumber & { messageId: string },
): Promise<void> {
  await db.rows`
    delete from file_uploads u using messages m
    where m.organization_id = ${organizationId} and m.id = ${messageId}
      and u.organization_id = m.organization_id and u.file_id = m.file_id
      and u.integration_id = ${integrationId}`;
}
