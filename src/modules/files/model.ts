import { t } from "elysia";
import { mediaKinds } from "../../funnel/media.ts";
import { Id, Instant } from "../../http/plugins/fields.ts";

export const UploadQuery = t.Object({
  filename: t.Optional(
    t.String({
      minLength: 1,
      maxLength: 240,
      pattern:
        "^[^/\\\\\\u0000-\\u001f\\u007f]*[^/\\\\\\u0000-\\u0020\\u007f][^/\\\\\\u0000-\\u001f\\u007f]*$",
      description: "What the lead reads beside a document; without folders.",
      examples: ["offer.pdf"],
    }),
  ),
});

export const File = t.Object(
  {
    id: t.String({ ...Id, description: "`fileId` of a message that is to carry it." }),
    mimeType: t.String({ description: "By its bytes.", examples: ["application/pdf"] }),
    bytes: t.Integer(),
    filename: t.Nullable(t.String()),
    kinds: t.Array(t.UnionEnum(mediaKinds), {
      description: "As what WhatsApp takes it: the `type` of the message.",
    }),
    keptUntil: t.String({ ...Instant, description: "It goes then, unless a message carries it." }),
  },
  { title: "File" },
);
export type File = typeof File.static;
