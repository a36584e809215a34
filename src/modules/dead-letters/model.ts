import { t } from "elysia";
import { Id, Instant, pageOfRows, paging } from "../../http/plugins/fields.ts";
import { instantInput } from "../../http/plugins/instants.ts";

const word = (description: string, example: string) =>
  t.String({ minLength: 1, maxLength: 100, description, examples: [example] });

const summary = {
  id: Id,
  organizationId: t.Nullable(Id, { description: "Null when it could not even be read." }),
  stream: t.String({ examples: ["inbound"] }),
  origin: t.String({ description: "Where it stood in Redis: `<key>/<entry id>`." }),
  reason: t.String({ description: "Why it was given up; numbers and quotations are masked." }),
  errorClass: t.String({ examples: ["poison"] }),
  tries: t.Integer(),
  byteCount: t.Integer({ description: "Of the entry." }),
  firstSeenAt: Instant,
  lastSeenAt: Instant,
  replayedAt: t.Nullable(Instant),
  createdAt: Instant,
};

export const DeadLetter = t.Object(summary, { title: "DeadLetter" });
export type DeadLetter = typeof DeadLetter.static;

export const DeadLetterPage = pageOfRows(DeadLetter);

const Content = t.Union(
  [
    t.Object({
      kind: t.Literal("json"),
      value: t.Unknown({
        description: "Ids, instants and kinds as they are; all other text and long numbers masked.",
      }),
    }),
    t.Object({
      kind: t.Literal("bytes"),
      headHex: t.String({ description: "The first 32 bytes: it is no JSON." }),
    }),
  ],
  { title: "RedactedEntry" },
);

export const DeadLetterDetail = t.Object(
  { ...summary, entry: Content },
  { title: "DeadLetterDetail" },
);
export type DeadLetterDetail = typeof DeadLetterDetail.static;

export const DeadLettersQuery = t.Object({
  ...paging(50),
  stream: t.Optional(word("Exactly this stream.", "inbound")),
  organizationId: t.Optional(Id),
  errorClass: t.Optional(word("Exactly this class.", "poison")),
  replayed: t.Optional(t.UnionEnum(["yes", "no"])),
  from: t.Optional(instantInput("Given up not before this instant.")),
  to: t.Optional(instantInput("Given up before this instant.")),
});
export type DeadLettersQuery = typeof DeadLettersQuery.static;
