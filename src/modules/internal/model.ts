import { t } from "elysia";
import { conversationModes, stages } from "../../funnel/lead.ts";
import { Id, Instant } from "../../http/plugins/fields.ts";

export const LeadQuery = t.Object({
  organizationId: Id,
  phone: t.String({
    pattern: "^\\+?[0-9]{5,20}$",
    description: "With country code; `+` may be left out.",
    examples: ["14155550123"],
  }),
});
export type LeadQuery = typeof LeadQuery.static;

export const InternalLead = t.Object(
  {
    id: Id,
    name: t.Nullable(t.String()),
    conversations: t.Array(
      t.Object({
        id: Id,
        integrationId: Id,
        mode: t.UnionEnum(conversationModes),
        stage: t.UnionEnum(stages),
        optedOutAt: t.Nullable(Instant),
        lastMessageAt: t.Nullable(Instant),
      }),
      { description: "One for each number the lead wrote to; at most 20, latest first." },
    ),
  },
  { title: "InternalLead" },
);
export type InternalLead = typeof InternalLead.static;

export const NumberQuery = t.Object({
  phoneNumberId: t.String({
    minLength: 1,
    maxLength: 64,
    description: "Meta's id of the WhatsApp number.",
    examples: ["106540352242922"],
  }),
});
export type NumberQuery = typeof NumberQuery.static;

export const InternalNumber = t.Object(
  {
    organizationId: Id,
    integrationId: Id,
    wabaId: t.String({ examples: ["102290129340398"] }),
    displayPhoneNumber: t.String({ examples: ["+1 415 555 0100"] }),
    active: t.Boolean(),
  },
  { title: "InternalNumber" },
);
export type InternalNumber = typeof InternalNumber.static;

export const TurnBody = t.Object({ organizationId: Id });
export type TurnBody = typeof TurnBody.static;

export const EnqueuedTurn = t.Object(
  {
    conversationId: Id,
    isWaiting: t.Boolean({
      description: "Whether the bot owes an answer now. If not, nothing will come of it.",
    }),
  },
  { title: "EnqueuedTurn" },
);
export type EnqueuedTurn = typeof EnqueuedTurn.static;
