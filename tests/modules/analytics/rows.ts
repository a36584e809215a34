import { rebuildUsage } from "../../../src/db/queries/llm-usage.ts";
import { newId } from "../../../src/lib/ids.ts";
import { addNumber } from "../../flows/world.ts";
import type { RestWorld } from "../rest-world.ts";

/** Writes an organization's past as rows, with the times and facts a test wants. */
export async function createPast(rest: RestWorld, timeZone = "UTC") {
  const { db } = rest.world;
  const organizationId = await rest.addOrganization();
  await db.rows`update organizations set time_zone = ${timeZone} where id = ${organizationId}`;
  const integrationId = newId();
  await addNumber(db, organizationId, integrationId, newId());
  const owner = await rest.signIn("owner", organizationId);

  const past = {
    organizationId,
    ask: owner.ask,
    /** Asks for a report and gives back its body. */
    read: async (path: string) => (await owner.ask("GET", `/api/v1/${path}`)).body,

    lead: async (
      at: string,
      more: { source?: string; referral?: object; mergedInto?: string; erased?: boolean } = {},
    ) => {
      const id = newId();
      await db.rows`
        insert into leads (organization_id, id, source, referral, merged_into, erased_at, created_at)
        values (${organizationId}, ${id}, ${more.source ?? "organic"}, ${db.json(more.referral ?? null)},
          ${more.mergedInto ?? null}, ${more.erased ? at : null}, ${at})`;
      return id;
    },
    conversation: async (
      at: string,
      more: {
        leadId?: string;
        stage?: string;
        intent?: string;
        sentiment?: string;
        attentionAt?: string;
      } = {},
    ) => {
      const id = newId();
      const leadId = more.leadId ?? (await past.lead(at));
      const number = newId();
      await addNumber(db, organizationId, number, newId());
      await db.rows`
        insert into conversations (organization_id, id, lead_id, integration_id, stage, intent,
          sentiment, attention_reason, attention_at, created_at)
        values (${organizationId}, ${id}, ${leadId}, ${number}, ${more.stage ?? "greeting"},
          ${more.intent ?? "unknown"}, ${more.sentiment ?? "neutral"},
          ${more.attentionAt ? "unsure" : null}, ${more.attentionAt ?? null}, ${at})`;
      return { id, leadId, integrationId: number };
    },
    /** In the order in which they are written. */
    message: async (
      chat: { id: string; integrationId: string },
      author: "lead" | "bot" | "human" | "system",
      at: string,
      more: {
        state?: string;
        nudge?: number;
        pricing?: object;
        createdAt?: string;
        /** USD; null: it was decided that nobody knows it. */
        fee?: string | null;
      } = {},
    ) => {
      const id = newId();
      await db.rows`
        with counted as (
          update conversations set last_seq = last_seq + 1
          where organization_id = ${organizationId} and id = ${chat.id} returning last_seq)
        insert into messages (organization_id, id, conversation_id, integration_id, seq, direction,
          author, kind, text, state, seen_wake_seq, pricing, sent_at, created_at)
        select ${organizationId}, ${id}, ${chat.id}, ${chat.integrationId}, last_seq,
          ${author === "lead" ? "in" : "out"}, ${author}, 'text', 'Hi',
          ${more.state ?? (author === "lead" ? "received" : "delivered")}, ${more.nudge ?? null},
          ${more.pricing ? db.json(more.pricing) : null}, ${at}, ${more.createdAt ?? at}
        from counted`;
      if (more.fee === undefined) return;
      await db.rows`
        insert into message_fees (organization_id, message_id, conversation_id, integration_id, day,
          allowance, usd)
        values (${organizationId}, ${id}, ${chat.id}, ${chat.integrationId}, ${at.slice(0, 10)},
          false, ${more.fee})`;
    },
    move: async (chat: { id: string }, from: string, to: string, at: string) => {
      await db.rows`
        insert into stage_changes (organization_id, id, conversation_id, from_stage, to_stage,
          author, reason, created_at)
        values (${organizationId}, ${newId()}, ${chat.id}, ${from}, ${to}, 'bot', 'Because.', ${at})`;
    },
    act: async (chat: { id: string }, kind: string, calledAt: string | null, at: string) => {
      await db.rows`
        insert into timeline_events (organization_id, id, conversation_id, kind, reason, called_at, created_at)
        values (${organizationId}, ${newId()}, ${chat.id}, ${kind}, 'unsure', ${calledAt}, ${at})`;
    },
    turn: async (
      chat: { id: string },
      at: string,
      disposition: string | null,
      decision: object | null,
    ) => {
      await db.rows`
        insert into turns (organization_id, id, conversation_id, cause, epoch, attempt, worker_id,
          decision, disposition, started_at)
        values (${organizationId}, ${newId()}, ${chat.id}, 'message', 1, 1, 'w1',
          ${decision ? db.json(decision) : null}, ${disposition}, ${at})`;
    },
    call: async (
      chat: { id: string; leadId: string },
      at: string,
      cost: string | null,
      more: {
        model?: string | null;
        step?: string;
        outcome?: string;
        disposition?: string | null;
        tokens?: [number, number, number, number] | null;
      } = {},
    ) => {
      const [input = null, cached = null, output = null, reasoning = null] =
        more.tokens === null ? [] : (more.tokens ?? [100, 40, 20, 5]);
      await db.rows`
        insert into llm_calls (organization_id, id, conversation_id, lead_id, step, attempt, provider,
          request_model, response_model, prompt_name, prompt_version, prompt_hash, input_tokens,
          cached_tokens, output_tokens, reasoning_tokens, started_at, latency_ms, outcome,
          disposition, cost, created_at)
        values (${organizationId}, ${newId()}, ${chat.id}, ${chat.leadId}, ${more.step ?? "brain"}, 1,
          'openai', 'asked', ${more.model === undefined ? "answered" : more.model}, 'brain', '1', 'h',
          ${input}, ${cached}, ${output}, ${reasoning}, ${at}, 900, ${more.outcome ?? "ok"},
          ${more.disposition === undefined ? "replied" : more.disposition}, ${cost}, ${at})`;
      await rebuildUsage(db);
    },
  };
  return past;
}

export type Past = Awaited<ReturnType<typeof createPast>>;
