import { newId } from "../../lib/ids.ts";
import { type GraphRefusal, refusal } from "../graph/errors.ts";
import type { World } from "../world.ts";

/** Begins an upload of a sample file; `length`: how many bytes are to come. */
export function beginUpload({ templates }: World, query: Record<string, string | undefined>) {
  const length = Number(query["file_length"]);
  if (!(length > 0) || !query["file_type"]) {
    return refusal(100, "file_length and file_type are required.");
  }
  const id = `upload:${newId()}`;
  templates.uploads.set(id, length);
  return { id };
}

/** Takes the bytes, all at once, and answers the handle that a template may name from then on. */
export function takeUpload(
  { templates }: World,
  id: string,
  bytes: unknown,
): { h: string } | GraphRefusal {
  const length = templates.uploads.get(id);
  if (length === undefined) return refusal(100, "There is no such upload session.");
  if (!(bytes instanceof ArrayBuffer) || bytes.byteLength !== length) {
    return refusal(100, `The upload has not the ${length} bytes that were told.`);
  }
  templates.uploads.delete(id);
  const h = `4::${newId()}`;
  templates.handles.set(h, length);
  return { h };
}
