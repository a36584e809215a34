import { id, type Pieces, sameNumber, weighted } from "./sql.ts";

const ACTIONS = {
  "lead.updated": 45,
  "conversation.taken_over": 20,
  "conversation.released": 19,
  "message.sent": 14,
  "booking.updated": 1.9,
  "api_key.created": 0.1,
};

/** What became of chats, and who changed what. */
export function historyStatements(use: Pieces): string[] {
  const { roll, total, end } = use;
  const ofChats = "organization_id, id as conversation_id, created_at, last_message_at as last";
  const few = (salt: number, share: number) =>
    `(select ${ofChats}, lead_id, taken_over_by, stage, opted_out_at, n from (
      select *, row_number() over (order by id) as n from conversations
      where organization_id::text like '019001%') c where ${roll("n", salt)} < ${share}) c`;
  return [
    `insert into stage_changes (organization_id, id, conversation_id, from_stage, to_stage, author,
        reason, confidence, created_at)
      select organization_id, ${sameNumber("conversation_id", "stageChange")}, conversation_id,
        'greeting', stage, 'bot', 'The lead asked for it.', 0.8, last
      from ${few(80, 1)} where stage <> 'greeting'`,
    `insert into timeline_events (organization_id, id, conversation_id, kind, user_id, created_at)
      select organization_id, ${sameNumber("conversation_id", "timelineEvent")}, conversation_id,
        'takeover', taken_over_by, last
      from ${few(81, 1)} where taken_over_by is not null`,
    `insert into bookings (organization_id, id, conversation_id, cta_id, requested_time, scheduled_at,
        status, created_at)
      select organization_id, ${sameNumber("conversation_id", "booking")}, conversation_id,
        ('01900c' || substr(organization_id::text, 7, 7) || '-7000-8000-'
          || lpad((1 + n % 4)::text, 12, '0'))::uuid, 'Saturday morning',
        case when n % 3 = 0 then last + interval '3 days' end,
        ${weighted({ done: 55, confirmed: 20, cancelled: 15, initiated: 10 }, roll("n", 83))}, last
      from ${few(82, 0.04)}`,
    `insert into opt_outs (organization_id, id, conversation_id, lead_id, keyword, created_at)
      select organization_id, ${sameNumber("conversation_id", "optOut")}, conversation_id, lead_id,
        'stop', opted_out_at
      from ${few(84, 1)} where opted_out_at is not null`,
    `insert into audit_log (id, organization_id, actor_kind, actor_id, actor_name, action, resource,
        resource_id, before, after, address, created_at)
      select ${id("audit", "n")}, case when n % 500 <> 0 then ${use.organization("n")} end, 'person',
        actor, 'Member', action, split_part(action, '.', 1), ${id("lead", "n")}::text,
        '{"stage": "greeting"}', '{"stage": "pricing"}', '192.0.2.7', ${use.createdAt("n")}
      from (select n, ${weighted(ACTIONS, roll("n", 85))} as action,
        ${use.member("n", roll("n", 86))}::text as actor
        from generate_series(1, ${total}) n where n % 4 = 1 or n % 500 = 0 or n % 101 = 0) act`,
    `insert into dead_letters (id, organization_id, stream, origin, entry, reason, error_class, tries,
        first_seen_at, last_seen_at, created_at)
      select ${id("deadLetter", "n")}, ${use.organization("n")}, 'turns', 'large/' || n, '\\x7b7d',
        'The model failed.', 'transient', 5, at, at, at
      from (select n, ${end} - n * interval '3 minutes' as at
        from generate_series(1, ${Math.ceil(total / 100)}) n) dead`,
  ];
}
