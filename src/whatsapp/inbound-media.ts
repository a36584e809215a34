import { storableText } from "../lib/json.ts";
import { idOrNull, member, textOrNull } from "./fields.ts";

const kinds = ["image", "audio", "video", "document", "sticker"] as const;

/** A file that came with a message, as Meta tells of it (whatsapp.md 2.2). */
export interface InboundMedia {
  kind: (typeof kinds)[number];
  mediaId: string;
  /** Base64; null where Meta does not say. */
  sha256: string | null;
  /** As the sender's phone has it. */
  mimeType: string | null;
  filename: string | null;
  /** Recorded in the chat. */
  voice: boolean;
  caption: string | null;
  /** Good for five minutes from the first webhook on, if Meta sent one at all. */
  url: string | null;
}

/** The file of a message as it came; null if it has none that could be fetched. */
export function inboundMedia(raw: unknown): InboundMedia | null {
  const type = member(raw, "type");
  const kind = kinds.find((one) => one === type);
  if (kind === undefined) return null;
  const file = member(raw, kind);
  const mediaId = idOrNull(member(file, "id"));
  if (mediaId === null) return null;
  return {
    kind,
    mediaId,
    sha256: textOrNull(member(file, "sha256")) || null,
    mimeType: textOrNull(member(file, "mime_type")) || null,
    filename: filenameOrNull(member(file, "filename")),
    voice: member(file, "voice") === true,
    caption: textOrNull(member(file, "caption")) || null,
    url: textOrNull(member(file, "url")) || null,
  };
}

const MAX_NAME_CHARS = 240;

/** Without folders and control characters, whatever the sender's phone made of it. */
function filenameOrNull(value: unknown): string | null {
  const name = storableText(textOrNull(value) ?? "")
    .text.replace(/^.*[/\\]/su, "")
    .replaceAll(/\p{Cc}/gu, "")
    .trim();
  return name === "" ? null : name.slice(-MAX_NAME_CHARS);
}
