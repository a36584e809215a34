import { Elysia, t } from "elysia";
import { withDeadline } from "../../lib/deadline.ts";
import { AppError } from "../../lib/errors.ts";
import type { Identity } from "../deps.ts";
import type { StoredTemplate } from "../templates/store.ts";
import { noticeSamples } from "../webhooks/notice-samples.ts";
import type { World } from "../world.ts";
import { identityOf } from "./messages.ts";
import { strictly } from "./strictly.ts";

const tags = ["Simulator: control"];
const strict = { additionalProperties: false };
const WAIT_DEADLINE_MS = 60_000;

const WaitQuery = t.Object({ wait: t.Optional(t.Literal("webhook")) }, strict);

const NoticeBody = t.Object(
  {
    field: t.String({ minLength: 1, maxLength: 200 }),
    value: t.Optional(
      t.Record(t.String(), t.Unknown(), {
        description: "As Meta would send it; left out: Meta's own example of the field.",
      }),
    ),
    phoneNumberId: t.Optional(t.String({ description: "Of whose account; the first by default." })),
    entryId: t.Optional(t.String({ description: "`entry.id`; the account's by default." })),
    time: t.Optional(t.Integer({ minimum: 0, description: "`entry.time`; now by default." })),
  },
  strict,
);

const ReviewBody = t.Object(
  {
    name: t.String(),
    language: t.Optional(t.String()),
    event: t.String({ pattern: "^[A-Z_]{1,40}$", examples: ["APPROVED", "REJECTED", "PAUSED"] }),
    reason: t.Optional(t.String({ maxLength: 200 })),
    phoneNumberId: t.Optional(t.String()),
  },
  strict,
);

/** Lets Meta tell of the account, and judge templates. */
export function noticeRoutes(world: World) {
  return new Elysia()
    .post(
      "/notices",
      async ({ body: { field, value, phoneNumberId, entryId, time }, query }) => {
        const identity = identityOf(world, phoneNumberId);
        const sent = value ?? noticeSamples(identity, seconds(world))[field];
        if (sent === undefined) {
          throw new AppError("invalid_input", `value: there is no example of ${field}, give one.`);
        }
        const entry = { id: entryId ?? identity.wabaId, time: time ?? seconds(world) };
        return await post(world, identity, [{ field, value: sent, entry }], query.wait);
      },
      {
        transform: strictly({ body: NoticeBody, query: WaitQuery }),
        body: NoticeBody,
        query: WaitQuery,
        detail: { tags, summary: "Meta tells of the account: a signed webhook of any field" },
      },
    )
    .post(
      "/templates/review",
      async ({ body: { name, language, event, reason = "NONE", phoneNumberId }, query }) => {
        const identity = identityOf(world, phoneNumberId);
        const found = world.templates
          .ofAccount(identity.wabaId)
          .filter((one) => one.name === name && (!language || one.language === language));
        if (found.length === 0) throw new AppError("not_found", `name: no template is ${name}.`);
        const notices = found.map((template) => judged(template, event, reason));
        const entry = { id: identity.wabaId, time: seconds(world) };
        const sent = notices.map((value) => ({
          field: "message_template_status_update",
          value,
          entry,
        }));
        return await post(world, identity, sent, query.wait);
      },
      {
        transform: strictly({ body: ReviewBody, query: WaitQuery }),
        body: ReviewBody,
        query: WaitQuery,
        detail: { tags, summary: "Meta's reviewers decide about a template" },
      },
    );
}

interface Notice {
  field: string;
  value: Record<string, unknown>;
  entry: { id: string; time: number };
}

/** Answers at once, or with `wait` once each webhook was answered 200. */
async function post(
  world: World,
  identity: Identity,
  notices: readonly Notice[],
  wait: "webhook" | undefined,
): Promise<{ delivered: boolean | null }> {
  const taken = Promise.all(
    notices.map((notice) => world.outbox.post({ identity, ...notice, isStatus: false, about: {} })),
  );
  if (wait === undefined) return { delivered: null };
  const delivered = await withDeadline(taken, WAIT_DEADLINE_MS, "The webhook");
  return { delivered: delivered.every(Boolean) };
}

/** Changes the template, and says so as Meta would. */
function judged(template: StoredTemplate, event: string, reason: string): Record<string, unknown> {
  template.status = event;
  template.rejectedReason = event === "REJECTED" ? reason : "NONE";
  return {
    event,
    message_template_id: Number(template.id),
    message_template_name: template.name,
    message_template_language: template.language,
    message_template_category: template.category,
    reason,
  };
}

/** Business time, as everything else that the simulator sends. */
function seconds({ deps }: World): number {
  return Math.floor(deps.clock.now().getTime() / 1_000);
}
