import { t } from "elysia";
import { stopReasons } from "../../db/schema/organizations.ts";
import { Id, Instant, pageOfRows, paging, Version } from "../../http/plugins/fields.ts";

const MetaId = (description: string, example: string) =>
  t.String({ pattern: "^[0-9]{1,30}$", description, examples: [example] });

const AccessToken = t.String({
  minLength: 1,
  maxLength: 4_096,
  pattern: "^[!-~]+$",
  description: "Of a system user, with both WhatsApp permissions. Kept encrypted, shown to nobody.",
  examples: ["EAAG-made-in-Meta-s-settings"],
});

const AppSecret = t.String({
  minLength: 8,
  maxLength: 256,
  pattern: "^[!-~]+$",
  description: "Signs the webhooks of the Meta app. Kept encrypted, shown to nobody.",
});

export const WhatsAppNumber = t.Object(
  {
    id: Id,
    phoneNumberId: t.String({ description: "Meta's id of the number." }),
    wabaId: t.String({ description: "Of the WhatsApp Business account it belongs to." }),
    displayPhoneNumber: t.String({ examples: ["+1 415 555 0100"] }),
    verifiedName: t.Nullable(t.String({ description: "What leads see; null if Meta said none." })),
    connected: t.Boolean({ description: "False: nothing comes in or goes out; chats stay." }),
    webhookUrl: t.String({ description: "To enter in the Meta app as the callback address." }),
    app: t.UnionEnum(["platform", "own"], { description: "Whose Meta app brings the webhooks." }),
    oldAppSecretUntil: t.Nullable(Instant, {
      description: "Until then webhooks signed with the app's secret before are taken as well.",
    }),
    lastWebhookAt: t.Nullable(Instant),
    pausedUntil: t.Nullable(Instant, {
      description: "Sends wait until then, after several without a clear answer.",
    }),
    botPausedUntil: t.Nullable(Instant, {
      description: "The bot is silent until then, because Meta slows the number; people may write.",
    }),
    stoppedAt: t.Nullable(Instant, {
      description:
        "Since then nothing goes out: Meta refuses the number itself. What waits, waits.",
    }),
    stopReason: t.Nullable(
      t.UnionEnum(stopReasons, {
        description:
          "`access`: token or permission; `registration`: of the number; `account`: restricted or locked; `payment`: no way to pay.",
      }),
    ),
    stopText: t.Nullable(t.String({ description: "What Meta said, and what to do." })),
    sendsPerSecond: t.Integer({ description: "What Meta takes from the number." }),
    messagingLimit: t.Nullable(
      t.Integer({
        description:
          "People outside their window that the business portfolio may write to in 24 hours; null: no limit is known.",
      }),
    ),
    reopeningTemplateId: t.Nullable({
      ...Id,
      description: "What the bot sends, once, where the window closed on an answer of its own.",
    }),
    createdAt: Instant,
    version: Version,
  },
  { title: "WhatsAppNumber" },
);
export type WhatsAppNumber = typeof WhatsAppNumber.static;

export const NumberEdit = t.Partial(
  t.Object({
    reopeningTemplateId: t.Nullable({
      ...Id,
      description:
        "A template of this number without variables; null: where the window closed a person is called.",
    }),
    sendsPerSecond: t.UnionEnum([20, 80, 1_000], {
      description: "20 beside the phone app, 80 usually, 1000 once Meta has upgraded the number.",
    }),
  }),
  { minProperties: 1, title: "NumberEdit" },
);
export type NumberEdit = typeof NumberEdit.static;

export const NumberPage = pageOfRows(WhatsAppNumber);

export const NumbersQuery = t.Object(paging(50));
export type NumbersQuery = typeof NumbersQuery.static;

export const ConnectBody = t.Object(
  {
    phoneNumberId: MetaId("Meta's id of the number, not the number itself.", "106540352242922"),
    wabaId: MetaId("Of the WhatsApp Business account.", "102290129340398"),
    accessToken: AccessToken,
    app: t.Optional(
      t.Object(
        {
          appSecret: AppSecret,
          verifyToken: t.String({
            minLength: 8,
            maxLength: 256,
            pattern: "^[!-~]+$",
            description: "Words of your choice, to enter beside the callback address.",
          }),
        },
        { description: "Of the organization's own Meta app; left out: the platform's." },
      ),
    ),
  },
  { title: "NumberToConnect" },
);
export type ConnectBody = typeof ConnectBody.static;

export const TokenBody = t.Object({ accessToken: AccessToken });

export const AppSecretBody = t.Object({
  appSecret: AppSecret,
  overlapMinutes: t.Optional(
    t.Integer({
      minimum: 0,
      maximum: 10_080,
      default: 1_440,
      description: "How long the secret before still verifies webhooks.",
    }),
  ),
});
export type AppSecretBody = typeof AppSecretBody.static;

const Problem = t.Object({
  code: t.UnionEnum([
    "disconnected",
    "access_refused",
    "token_unreadable",
    "token_expires",
    "permission_missing",
    "meta_unavailable",
    "not_subscribed",
    "fields_missing",
    "quality_low",
    "sends_limited",
    "sends_blocked",
    "sends_stopped",
    "sends_paused",
    "bot_paused",
    "no_webhook_yet",
    "templates_unsendable",
    "templates_unread",
  ]),
  message: t.String({ description: "What is wrong." }),
  fix: t.String({ description: "What to do about it." }),
});
export type NumberProblem = typeof Problem.static;

export const NumberStatus = t.Object(
  {
    connected: t.Boolean(),
    checkedAt: t.Nullable(Instant, { description: "When Meta said what follows; null: never." }),
    tokenValid: t.Nullable(t.Boolean()),
    scopes: t.Nullable(t.Array(t.String()), { description: "What the token may do." }),
    tokenExpiresAt: t.Nullable(Instant, {
      description: "Null: never; or unknown, then `scopes` is null too.",
    }),
    verifiedName: t.Nullable(t.String()),
    quality: t.Nullable(t.String({ description: "GREEN, YELLOW or RED, in Meta's words." })),
    throughput: t.Nullable(t.String({ description: "STANDARD or HIGH, in Meta's words." })),
    subscribed: t.Nullable(t.Boolean({ description: "Whether webhooks reach the token's app." })),
    missingFields: t.Nullable(t.Array(t.String()), {
      description: "Of what Leadline has to be told of, what the Meta app is not subscribed to.",
    }),
    canSend: t.Nullable(
      t.String({
        description: "AVAILABLE, LIMITED or BLOCKED: Meta's health of number and account.",
      }),
    ),
    sendObstacles: t.Array(t.String(), {
      description: "Why it is not AVAILABLE, in Meta's words.",
    }),
    lastWebhookAt: t.Nullable(Instant, { description: "When a message or status last came in." }),
    stoppedAt: t.Nullable(Instant, { description: "Since then nothing goes out." }),
    stopReason: t.Nullable(t.UnionEnum(stopReasons)),
    paused: t.Boolean({ description: "Sends wait, after several without a clear answer." }),
    unknownStreak: t.Integer({ description: "Sends in a row without a clear answer." }),
    problems: t.Array(Problem, { description: "Empty: all is well." }),
  },
  { title: "NumberStatus", description: "Null where Meta did not say." },
);
export type NumberStatus = typeof NumberStatus.static;
