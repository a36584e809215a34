import { t } from "elysia";
import { Id, Instant, pageOfRows, paging, Version } from "../../http/plugins/fields.ts";
import { type Scope, scopes } from "../../http/plugins/permissions.ts";

const MAX_LIFETIME_DAYS = 365;
const MAX_OVERLAP_SECONDS = 7 * 24 * 60 * 60;

const KeyScope = t.Unsafe<Scope>(t.Union(scopes.map((scope) => t.Literal(scope))));

const Scopes = t.Array(KeyScope, {
  minItems: 1,
  maxItems: scopes.length,
  uniqueItems: true,
  description: "What the key may do: `x-access` of an operation names the scope it needs.",
  examples: [["conversations:read", "messages:read"]],
});

const Name = t.String({
  minLength: 1,
  maxLength: 100,
  pattern: "\\S",
  description: "Which program uses it; the audit log shows it.",
  examples: ["CRM sync"],
});

const fields = {
  id: Id,
  name: t.String(),
  prefix: t.String({
    description: "The key's first characters, to tell keys apart.",
    examples: ["ll_key_4fTq8w"],
  }),
  scopes: t.Array(KeyScope),
  state: t.UnionEnum(["active", "expired", "revoked"]),
  createdBy: t.Object({ id: Id, name: t.String() }),
  createdAt: Instant,
  expiresAt: t.Nullable(Instant),
  lastUsedAt: t.Nullable(Instant, { description: "To the minute; null: never." }),
  replacedBy: t.Nullable(Id, { description: "The key that a rotation put in its place." }),
  version: Version,
};

export const ApiKey = t.Object(fields, {
  title: "ApiKey",
  description: "A key that lets a program in. The key itself is nowhere to be read.",
});
export type ApiKey = typeof ApiKey.static;

export const NewApiKey = t.Object(
  {
    ...fields,
    key: t.Nullable(t.String({ examples: ["ll_key_4fTq8w…"] }), {
      description: "The key, this once. Null in the answer to a repeat: it is kept nowhere.",
    }),
  },
  { title: "NewApiKey" },
);
export type NewApiKey = typeof NewApiKey.static;

export const ApiKeyPage = pageOfRows(ApiKey);

export const ApiKeysQuery = t.Object(paging(50));
export type ApiKeysQuery = typeof ApiKeysQuery.static;

export const ApiKeyCreation = t.Object({
  name: Name,
  scopes: Scopes,
  expiresInDays: t.Integer({
    minimum: 1,
    maximum: MAX_LIFETIME_DAYS,
    description: "No key lives for ever: at most a year, then rotate it.",
    examples: [90],
  }),
});
export type ApiKeyCreation = typeof ApiKeyCreation.static;

export const ApiKeyEdit = t.Object({ name: Name });
export type ApiKeyEdit = typeof ApiKeyEdit.static;

export const Rotation = t.Object({
  overlapSeconds: t.Integer({
    minimum: 0,
    maximum: MAX_OVERLAP_SECONDS,
    description: "For so long the old key works beside the new one; at most a week.",
    examples: [3_600],
  }),
});
export type Rotation = typeof Rotation.static;
