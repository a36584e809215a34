import { isJsonObject } from "../../lib/json.ts";
import type { EditContent } from "../inbound-content.ts";

/**
 * The content of a message after an edit. An edited caption may come without the file's own facts:
 * those stay. `before` is what was stored, of any release.
 */
export function editedContent(
  before: unknown,
  { content, text }: EditContent,
): Pick<EditContent, "content"> {
  if (content === undefined || !("mediaId" in content) || !isJsonObject(before)) {
    return content === undefined ? {} : { content };
  }
  if (before["type"] !== content.type) return { content };
  const told = Object.fromEntries(Object.entries(content).filter(([, value]) => value !== null));
  return { content: { ...content, ...before, ...told, type: content.type, caption: text } };
}
