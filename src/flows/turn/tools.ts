import type { Db } from "../../db/client.ts";
import { isoWithOffset } from "../../funnel/local-time.ts";
import type { BrainDecision, Fact, ToolResult, TurnContext } from "../../funnel/turn.ts";
import type { Calendar } from "./calendar.ts";

const MAX_FACTS_FOUND = 5;
const MAX_TIMES = 6;
/** With an offset, so that it is one moment wherever it is read. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

interface ToolDeps {
  db: Db;
  calendar: Calendar;
}

/** Does what Brain's decision asks of our own systems, before Mouth writes about it. */
export function createTools({ db, calendar }: ToolDeps) {
  return async (context: TurnContext, decision: BrainDecision): Promise<ToolResult[]> => {
    const [found, booked] = await Promise.all([
      lookUp(db, context, decision),
      settle(calendar, context, decision),
    ]);
    return [...found, ...booked];
  };
}

/** Those facts that share the most words with what is looked for, wherever the context was cut. */
async function lookUp(
  db: Db,
  { organizationId }: TurnContext,
  decision: BrainDecision,
): Promise<ToolResult[]> {
  if (decision.lookUp === null) return [];
  const facts = await db.rows<Fact & object>`
    select f.id, f.kind, f.topic, f.text from facts f,
      replace(plainto_tsquery('simple', ${decision.lookUp})::text, '&', '|') as words,
      to_tsvector('simple', f.topic || ' ' || f.text) as document
    where f.organization_id = ${organizationId} and f.active and words <> ''
      and document @@ words::tsquery
    order by ts_rank(document, words::tsquery) desc, f.position, f.id
    limit ${MAX_FACTS_FOUND}`;
  return [{ tool: "look_up_fact", facts }];
}

/** Books the time that the lead agreed to; if it cannot be had, or none was named, offers others. */
async function settle(
  calendar: Calendar,
  context: TurnContext,
  { action, ctaId, ctaTime }: BrainDecision,
): Promise<ToolResult[]> {
  const cta = context.ctas.find(({ id }) => id === ctaId);
  if (!cta) return [];
  const book = { tool: "book", ctaId: cta.id } as const;
  if (!cta.bookable) {
    return action === "initiate_cta" ? [{ ...book, outcome: "not_bookable", startsAt: null }] : [];
  }
  const at = instantIn(ctaTime);
  if (action !== "initiate_cta") return await offerTimes(calendar, context, cta.id, at);
  if (at === null) {
    const unclear = { ...book, outcome: "unclear_time", startsAt: null } as const;
    return [unclear, ...(await offerTimes(calendar, context, cta.id, null))];
  }
  const { organizationId, conversationId, turnId, now, business } = context;
  const outcome = await calendar.hold({
    ...{ organizationId, conversationId, turnId, ctaId: cta.id, at, now },
  });
  const result = { ...book, outcome, startsAt: isoWithOffset(at, business.timeZone) };
  if (outcome === "booked") return [result];
  return [result, ...(await offerTimes(calendar, context, cta.id, at))];
}

/** The next free times from the one that was asked for, else from now on. */
async function offerTimes(
  calendar: Calendar,
  { organizationId, conversationId, now, business }: TurnContext,
  ctaId: string,
  asked: Date | null,
): Promise<ToolResult[]> {
  const from = asked !== null && asked > now ? asked : now;
  const subject = { organizationId, conversationId, ctaId, now };
  const times = await calendar.freeTimes({ ...subject, from, limit: MAX_TIMES });
  if (times === null) return [];
  const { timeZone } = business;
  const shown = times.map((time) => isoWithOffset(time, timeZone));
  return [{ tool: "free_times", ctaId, timeZone, times: shown }];
}

function instantIn(text: string | null): Date | null {
  if (text === null || !INSTANT.test(text)) return null;
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? null : at;
}
