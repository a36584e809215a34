import { phone } from "./people.ts";
import { type DataSize, id, idOf, numberIn, type Pieces, sameNumber, weighted } from "./sql.ts";

const STAGES = {
  ghosted: 27,
  greeting: 22,
  qualification: 18,
  lost: 14,
  pricing: 9,
  closed: 6,
  cta: 3,
  followup: 1,
};
const INTENTS = { unknown: 30, low: 28, medium: 24, high: 14, very_high: 4 };
const SENTIMENTS = {
  neutral: 58,
  curious: 25,
  confused: 6,
  uninterested: 6,
  annoyed: 3,
  distrustful: 1,
  disappointed: 1,
};

/** The chat that takes what is missing to the wanted count: by far the longest. */
export function longest({ total }: Pieces): number {
  const number = Math.floor(total * 0.9);
  return number % 101 === 0 ? number + 1 : number;
}

/** One conversation per lead. Most are old and were read; few call for somebody. */
export function conversationStatements(use: Pieces, { messages }: DataSize): string[] {
  const { roll, total, end } = use;
  const created = use.createdAt("n");
  // Four of five chats end within a day; one in twenty comes back over months.
  const span = `${roll("n", 30)} * case when ${roll("n", 31)} < 0.8 then interval '1 day'
    when ${roll("n", 31)} < 0.95 then interval '20 days' else interval '200 days' end`;
  const recent = `n > ${Math.floor(total * 0.98)}`;
  const lastSeq = `1 + floor(-ln(1 - ${roll("n", 32)}) * 4.3)::int`;
  return [
    `insert into conversations (organization_id, id, lead_id, integration_id, phone, bsuid, mode,
        taken_over_by, taken_over_at, assignee_id, stage, intent, sentiment, language, summary,
        last_seq, read_seq, attention_reason, attention_at, follow_up_at, follow_up_step,
        opted_out_at, last_lead_message_at, last_message_at, created_at)
      select organization, ${id("conversation", "n")}, ${id("lead", "n")}, ${use.integration("n")},
        ${phone("n", use)}, 'US.' || n, case when human then 'human' else 'bot' end,
        case when human then ${use.member("n", roll("n", 33))} end, case when human then last end,
        case when ${roll("n", 34)} < 0.12 then ${use.member("n", roll("n", 35))} end,
        ${weighted(STAGES, roll("n", 36))}, ${weighted(INTENTS, roll("n", 37))},
        ${weighted(SENTIMENTS, roll("n", 38))}, ${weighted({ en: 80, es: 20 }, roll("n", 39))},
        case when last_seq > 4 then 'Owns a house in Denver, pays about $180 a month, asks for a 6 kW system and wants to know how long it takes.' end,
        last_seq, case when ${roll("n", 40)} < 0.92 then last_seq else last_seq / 2 end,
        case when called then ${weighted({ asked_for_human: 60, unsure: 30, unhappy: 10 }, roll("n", 41))} end,
        case when called then last end,
        case when ${recent} and ${roll("n", 42)} < 0.3 then ${end} + ${roll("n", 43)} * interval '6 hours' end,
        1, case when ${roll("n", 44)} < 0.01 then last end, last - interval '20 seconds', last, created
      from (
        select n, ${use.organization("n")} as organization, ${created} as created,
          greatest(${created}, least(${created} + ${span}, ${end} - ${roll("n", 45)} * interval '1 hour')) as last,
          ${lastSeq} as last_seq, ${roll("n", 46)} < 0.015 as human,
          ${roll("n", 47)} < case when ${recent} then 0.1 else 0.002 end as called
        from generate_series(1, ${total}) n offset 0
      ) chat`,
    `update conversations set last_seq = last_seq + rest, read_seq = read_seq + rest
      from (select ${messages} - sum(last_seq) as rest from conversations
        where organization_id = '${idOf("organization", 0)}') missing
      where organization_id = '${idOf("organization", 0)}'
        and id = '${idOf("conversation", longest(use))}'`,
  ];
}

const TEXTS = [
  "Hi, I saw your ad. How much is a system for a small house?",
  "Thank you! Where do you live, and what do you pay for power a month?",
  "Denver, about 180 dollars",
  "The Home 6 kW system is $9,800 installed: 15 panels, inverter, mounting and permit.",
  "ok",
  "Would a free site visit help? It takes about 45 minutes.",
  "Can you do Saturday morning? My husband wants to be there as well.",
  "I am passing this on to a colleague who will answer you here.",
];

/** Messages in the order in which they came, so that a chat lies scattered as it does in life. */
export function messageStatements({ roll }: Pieces): string[] {
  const texts = TEXTS.map((text) => `'${text}'`).join();
  const wamid = `'wamid.' || md5(chat || '-' || seq)`;
  const text = `(array[${texts}])[1 + (hashint8(chat * 1000 + seq) & 7)]`;
  return [
    `insert into messages (organization_id, id, conversation_id, integration_id, seq, direction,
        author, kind, text, raw, wamid, state, turn_id, sent_at, created_at)
      select organization_id, ${id("message", "row_number() over (order by sent_at)")},
        conversation_id, integration_id, seq, case when lead then 'in' else 'out' end,
        case when lead then 'lead' when human then 'human' else 'bot' end, 'text', ${text},
        case when lead then jsonb_build_object('from', phone, 'id', ${wamid}, 'type', 'text',
          'timestamp', extract(epoch from sent_at)::bigint::text, 'text', jsonb_build_object('body', ${text})) end,
        ${wamid}, case when lead then 'received' when ${roll("chat + seq", 60)} < 0.02 then 'failed' else 'read' end,
        case when not lead and not human then ${id("turn", "chat", "seq")} end, sent_at, sent_at
      from (
        select c.organization_id, c.id as conversation_id, c.integration_id, c.phone, seq,
          ${numberIn("c.id")} as chat, seq % 2 = 1 as lead,
          c.mode = 'human' and seq > c.last_seq * 0.7 as human,
          c.created_at + (c.last_message_at - c.created_at) * (seq::float8 / c.last_seq) as sent_at
        from conversations c cross join lateral generate_series(1, c.last_seq) seq
        where c.organization_id::text like '019001%'
      ) message
      order by sent_at`,
  ];
}

/** What the bot thought, what that cost, and what came of it. */
export function turnStatements({ roll }: Pieces): string[] {
  return [
    `insert into turns (organization_id, id, conversation_id, cause, epoch, attempt, worker_id,
        seen_wake_seq, decision, draft, disposition, started_at, finished_at)
      select organization_id, turn_id, conversation_id, 'message', seq, 1, 'worker', seq,
        jsonb_build_object('situation', 'Asks for the price.', 'intent', 'medium', 'stage', 'pricing',
          'action', 'send_now', 'shouldRespond', true, 'confidence', 0.8), text, 'replied',
        sent_at - interval '3 seconds', sent_at
      from messages where turn_id is not null`,
    `insert into llm_calls (organization_id, id, conversation_id, lead_id, turn_id, step, attempt,
        provider, request_model, response_model, prompt_name, prompt_version, prompt_hash,
        input_tokens, cached_tokens, output_tokens, reasoning_tokens, started_at, latency_ms,
        finish_reason, outcome, disposition, cost, created_at)
      select organization_id, ${sameNumber("id", "llmCall").replace("'0'", "step::text")}, conversation_id,
        ${sameNumber("conversation_id", "lead")}, id, (array['brain', 'mouth'])[step], 1, 'openai',
        'gpt-5-mini', 'gpt-5-mini', 'sales', '1', 'none', 1200 + (epoch % 400)::int, 900, 80, 0,
        started_at, 700 + (hashint8(epoch) & 1023), 'stop', 'ok', 'replied',
        case when ${roll("epoch", 70)} < 0.98 then 0.00042 * step end, started_at
      from turns, generate_series(1, 2) step`,
  ];
}
