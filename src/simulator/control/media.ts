import type { Static } from "@sinclair/typebox";
import { Elysia, t } from "elysia";
import { AppError } from "../../lib/errors.ts";
import { fileUrl } from "../graph/media-routes.ts";
import { createLeadSend } from "../phone/lead.ts";
import { sampleDocument, sampleImage, sampleSticker, sampleVoice } from "../phone/sample-files.ts";
import type { World } from "../world.ts";
import { identityOf, senderOf } from "./messages.ts";
import { MessageBody } from "./schemas.ts";
import { strictly } from "./strictly.ts";

const kinds = ["voice", "image", "audio", "video", "document", "sticker"] as const;
const { persona, from, name, username, phoneNumberId, context } = MessageBody.properties;

const MediaBody = t.Object(
  {
    ...{ persona, from, name, username, phoneNumberId, context },
    kind: t.Union(kinds.map((kind) => t.Literal(kind))),
    caption: t.Optional(t.String()),
    filename: t.Optional(t.String()),
    says: t.Optional(t.String({ description: "voice: what the model will hear." })),
    certainty: t.Optional(
      t.Number({ minimum: 0, maximum: 1, description: "voice: how sure it will be." }),
    ),
    shows: t.Optional(t.String({ description: "image: what the model will see." })),
    data: t.Optional(t.String({ description: "The file itself, base64, instead of a sample." })),
    mimeType: t.Optional(t.String({ description: "What the lead's phone says it is." })),
    sha256: t.Optional(t.String({ description: "Told in the webhook instead of the true one." })),
    inlineUrl: t.Optional(
      t.Boolean({ description: "Whether the webhook has the file's address." }),
    ),
  },
  { additionalProperties: false },
);
type MediaBody = Static<typeof MediaBody>;

const samples = {
  voice: {
    mimeType: "audio/ogg; codecs=opus",
    make: ({ says = "Hello, can you call me back?", certainty = 0.9 }) =>
      sampleVoice(says, certainty),
  },
  image: { mimeType: "image/png", make: ({ shows = "A roof." }) => sampleImage(shows) },
  document: {
    mimeType: "application/pdf",
    make: ({ filename = "Bill.pdf" }) => sampleDocument(filename),
  },
  sticker: { mimeType: "image/webp", make: sampleSticker },
} satisfies Record<string, { mimeType: string; make(body: MediaBody): Uint8Array<ArrayBuffer> }>;

const hasSample = (kind: string): kind is keyof typeof samples => kind in samples;

function fileOf(body: MediaBody): { bytes: Uint8Array<ArrayBuffer>; mimeType: string } {
  const { kind, data, mimeType } = body;
  const sample = hasSample(kind) ? samples[kind] : undefined;
  const type = mimeType ?? sample?.mimeType;
  const bytes =
    data === undefined ? sample?.make(body) : new Uint8Array(Buffer.from(data, "base64"));
  if (bytes !== undefined && type !== undefined) return { bytes, mimeType: type };
  throw new AppError("invalid_input", `data: there is no sample ${kind}; send data and mimeType.`);
}

/** Lets a lead send a file. Apart from `/messages`, because a file has to be shelved first. */
export function leadMediaRoutes(world: World) {
  const sendAsLead = createLeadSend(world);
  return new Elysia().post(
    "/media",
    ({ body, request }) => {
      const identity = identityOf(world, body.phoneNumberId);
      const file = fileOf(body);
      const nowMs = world.deps.clock.now().getTime();
      const shelved = world.media.put(
        { ...file, phoneNumberId: identity.phoneNumberId, from: "lead" },
        nowMs,
      );
      const type = body.kind === "voice" ? "audio" : body.kind;
      const url = fileUrl(new URL(request.url).origin, world.media.ticket(shelved, nowMs));
      const content = {
        id: shelved.id,
        mime_type: file.mimeType,
        sha256: body.sha256 ?? shelved.sha256,
        ...(body.kind === "voice" && { voice: true }),
        ...(body.caption !== undefined && { caption: body.caption }),
        ...(body.filename !== undefined && { filename: body.filename }),
        ...(body.inlineUrl && { url }),
      };
      const { wamid, at } = sendAsLead({
        person: senderOf(world, body, identity),
        identity,
        content: {
          type,
          message: { type, [type]: content },
          bubble: {
            kind: "other",
            text: [`[${body.kind}]`, body.caption].filter(Boolean).join(" "),
          },
          forwarded: false,
          change: null,
          becomes: null,
        },
        ...(body.context === undefined ? {} : { context: body.context }),
      });
      return { wamid, at, mediaId: shelved.id };
    },
    {
      transform: strictly({ body: MediaBody }),
      body: MediaBody,
      detail: {
        tags: ["Simulator: control"],
        summary: "A lead sends a file",
        description:
          "Shelved like Meta does, then told in a signed webhook. Samples are real files, made anew; video and audio have to be brought along.",
      },
    },
  );
}
