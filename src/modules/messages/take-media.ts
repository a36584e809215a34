import type { Transaction } from "../../db/transaction.ts";
import { type MediaKind, sendObstacle, UNUSED_FILE_DAYS } from "../../funnel/media.ts";
import { AppError } from "../../lib/errors.ts";
import type { Media } from "../../whatsapp/message.ts";

/** How a request names a file. */
export interface NamedFile {
  fileId?: string;
  metaMediaId?: string;
  link?: string;
}

/** An uploaded file. */
interface KeptFile {
  id: string;
  mimeType: string;
  bytes: number;
  filename: string | null;
}

/**
 * The file of a message of this kind. An uploaded one is held for the rest of the transaction: it cannot
 * be forgotten meanwhile. Fails with `invalid_input` unless it is named once, is there, and WhatsApp takes
 * it as this kind. `at`: where the request names it, `header.`.
 */
export async function takeMedia(
  tx: Transaction,
  organizationId: string,
  kind: MediaKind,
  { fileId, metaMediaId, link }: NamedFile,
  at = "",
): Promise<{ media: Media; file: KeptFile | null }> {
  const named = [fileId, metaMediaId, link].filter((one) => one !== undefined);
  if (named.length !== 1) {
    const words = "Name the file once: by fileId, by metaMediaId or by link.";
    throw new AppError("invalid_input", `${at}${at === "" ? words : `fileId: ${words}`}`);
  }
  if (metaMediaId !== undefined) return { media: { id: metaMediaId }, file: null };
  if (link !== undefined) return { media: { link }, file: null };
  const file = await tx.first<KeptFile>`
    update files set kept_until = now() + ${UNUSED_FILE_DAYS} * interval '1 day'
    where organization_id = ${organizationId} and id = ${fileId ?? ""} and state = 'stored'
    returning id, mime_type, bytes, filename`;
  if (!file) {
    throw new AppError("invalid_input", `${at}fileId: there is no such file, or not any more.`);
  }
  const obstacle = sendObstacle(kind, file);
  if (obstacle !== null) throw new AppError("invalid_input", `${at}fileId: ${obstacle}.`);
  return { media: { fileId: file.id }, file };
}
