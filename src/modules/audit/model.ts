import { t } from "elysia";
import { Id, Instant, pageOfRows, paging } from "../../http/plugins/fields.ts";
import { instantInput } from "../../http/plugins/instants.ts";

const actorKinds = ["person", "key", "operator", "internal", "system"] as const;

const word = (description: string, example: string) =>
  t.String({ minLength: 1, maxLength: 100, description, examples: [example] });

/** JSON as it is kept; not named in more detail, because each resource has its own fields. */
const fields = t.Record(t.String(), t.Unknown());

export const AuditEntry = t.Object(
  {
    id: Id,
    at: Instant,
    actor: t.Object({
      kind: t.UnionEnum(actorKinds, {
        description: "`internal`: an operators' own service; `system`: Leadline itself.",
      }),
      id: t.Nullable(t.String({ description: "Of the user or API key; an internal key's name." })),
      name: t.Nullable(t.String({ description: "As it was then." })),
    }),
    action: word("The resource, then what became of it.", "lead.updated"),
    resource: word("The action's first part.", "lead"),
    resourceId: t.String(),
    before: t.Nullable(fields, { description: "Only what changed; null for a creation." }),
    after: t.Nullable(fields, { description: "Secrets read `•••`; null for a removal." }),
    address: t.Nullable(t.String({ description: "Where the request came from." })),
    requestId: t.Nullable(t.String({ description: "The request's `X-Request-Id`." })),
  },
  { title: "AuditEntry", description: "Who changed what. Written in the commit of the change." },
);

export type AuditEntry = typeof AuditEntry.static;

export const AuditPage = pageOfRows(AuditEntry);

export const AuditQuery = t.Object({
  ...paging(50),
  actorId: t.Optional(word("Of the user or API key; an internal key's name.", "crm-sync")),
  action: t.Optional(word("Exactly this action.", "lead.updated")),
  resource: t.Optional(word("Everything about things of this kind.", "lead")),
  resourceId: t.Optional(
    t.String({ minLength: 1, maxLength: 200, description: "Everything about this one thing." }),
  ),
  from: t.Optional(instantInput("Not before this instant.")),
  to: t.Optional(instantInput("Before this instant.")),
});
export type AuditQuery = typeof AuditQuery.static;
