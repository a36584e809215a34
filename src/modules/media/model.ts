import { t } from "elysia";
import { mediaKinds, mediaProblems, mediaStates, readingStates } from "../../funnel/media.ts";
import { Id, Instant } from "../../http/plugins/fields.ts";

export const Media = t.Object(
  {
    id: Id,
    messageId: Id,
    kind: t.UnionEnum(mediaKinds),
    voice: t.Boolean({ description: "Recorded in the chat." }),
    state: t.UnionEnum(mediaStates, {
      description:
        "`pending`: being fetched. `refused`: not wanted. `failed`: not to be had. `erased`: with its lead.",
    }),
    problem: t.Nullable(
      t.UnionEnum(mediaProblems, {
        description: "Why it is not there; while it is pending, what the last try met.",
      }),
    ),
    mimeType: t.Nullable(
      t.String({ description: "By its bytes, whatever the sender says.", examples: ["image/png"] }),
    ),
    bytes: t.Nullable(t.Integer()),
    filename: t.Nullable(t.String({ description: "As the sender named it." })),
    url: t.Nullable(
      t.String({
        description:
          "Path of the bytes at this API. Whoever has it can read them until `urlExpiresAt`, without signing in; `Range` is understood.",
        examples: ["/media/AZr0…"],
      }),
    ),
    urlExpiresAt: t.Nullable(Instant),
    reading: t.UnionEnum(readingStates, {
      description:
        "Whether a model puts it into words: voice notes, and pictures if the organization wants.",
    }),
    transcript: t.Nullable(
      t.Object({
        text: t.String(),
        confidence: t.Nullable(
          t.Number({ description: "0–1; null where the model does not say." }),
        ),
        clear: t.Boolean({
          description: "False: a guess. The bot asks instead of acting upon it.",
        }),
      }),
    ),
    description: t.Nullable(t.String({ description: "What a model sees in the picture." })),
  },
  { title: "Media" },
);
export type Media = typeof Media.static;
