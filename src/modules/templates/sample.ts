import { metaMimeType } from "../../funnel/media.ts";
import { withDeadline } from "../../lib/deadline.ts";
import { AppError } from "../../lib/errors.ts";
import { mediaHeader, type TemplateComponent } from "../../whatsapp/template.ts";
import type { SampleFile } from "../../whatsapp/template-sample.ts";
import type { TemplatesDeps } from "./service.ts";

const LOADING_DEADLINE_MS = 20_000;

/** What Meta's reviewers are shown for a header of each format. */
const SAMPLE_TYPES = {
  IMAGE: /^image\/(jpeg|png)$/,
  VIDEO: /^video\/mp4$/,
  DOCUMENT: /^application\/pdf$/,
} as const;

/** The sample file of a media header; null without one. Fails with `invalid_input` in words. */
export async function sampleOf(
  { db, store }: Pick<TemplatesDeps, "db" | "store">,
  organizationId: string,
  components: readonly TemplateComponent[],
): Promise<SampleFile | null> {
  const header = mediaHeader(components);
  if (!header || !("sampleFileId" in header) || header.sampleFileId === undefined) return null;
  const { format, sampleFileId } = header;
  const path = `components[${components.indexOf(header)}].sampleFileId`;
  const file = await db.first<{ mimeType: string; filename: string | null }>`
    select mime_type, filename from files where organization_id = ${organizationId}
      and id = ${sampleFileId} and state = 'stored'`;
  if (!file) throw wrong(path, "there is no such file any more: upload it again.");
  const mimeType = metaMimeType(file.mimeType, file.filename);
  if (!SAMPLE_TYPES[format].test(mimeType)) {
    throw wrong(path, `a header of format ${format} cannot show ${mimeType}.`);
  }
  const stream = await store.get(`${organizationId}/${sampleFileId}`);
  if (stream === null) throw wrong(path, "there is no such file any more: upload it again.");
  const bytes = await withDeadline(new Response(stream).bytes(), LOADING_DEADLINE_MS, "The file");
  return { bytes, mimeType, filename: file.filename ?? "sample" };
}

function wrong(path: string, message: string): AppError {
  const field = { path: `body.${path.replaceAll(/\[(\d+)\]/g, ".$1")}`, code: "invalid", message };
  return new AppError("invalid_input", `${path}: ${message}`, { fields: [field] });
}
