import type { Db } from "../../db/client.ts";
import { isBots } from "../../db/queries/claimable.ts";
import { TEMPLATE_OBSTACLE } from "../../db/queries/marketing-stop.ts";
import { messageNews, outboxEvents, outboxInsert } from "../../db/queries/public-state.ts";
import { IS_FREE_FORM, windowIsOpen } from "../../db/queries/window.ts";
import type { Author } from "../../funnel/lead.ts";
import type { LiveEvent } from "../../lib/events.ts";
import type { OutboundContent } from "../../whatsapp/message.ts";
import { takePlace } from "./number-breaker.ts";
import { NOTHING_EARLIER_IS_OPEN } from "./pick.ts";

/** Longest a send may take before it counts as `unknown`; above the client's own deadline. */
const SEND_DEADLINE_SECONDS = 20;

export interface SendClaim {
  messageId: string;
  organizationId: string;
  integrationId: string;
  conversationId: string;
  author: Author;
  attempt: number;
  /** Null beside a file without words. */
  text: string | null;
  /** Null: the text alone. */
  content: OutboundContent | null;
  replyToWamid: string | null;
  /** What Meta calls the file that it carries. */
  metaMediaId: string | null;
  /** Where to: the phone wins over the BSUID. */
  phone: string | null;
  bsuid: string | null;
  phoneNumberId: string;
  accessTokenBox: string;
}

export interface ClaimOutcome {
  /** Null: nothing to send: it was cancelled here, somebody else has it, or the number may not. */
  claim: SendClaim | null;
  /** It is free-form and the lead's window is closed: it was left as it is. */
  windowClosed: boolean;
  events: LiveEvent[];
}

export interface SendTarget {
  organizationId: string;
  conversationId: string;
  messageId: string;
}

/**
 * The last gate. Locks the conversation first and reads its newest version, so that a takeover or a
 * stop word that committed before this moment is always seen (a plain `UPDATE … FROM` would judge by
 * a stale snapshot); then moves the message to `sending`, or cancels it with the reason. While the
 * number's breaker is not closed, the message needs a place of its own, or it stays queued; of two who
 * claim one message at once the second finds it taken, and takes no place. A free-form message outside
 * the lead's window at `now` (business time) is not sent and not touched: `closeWindow` is for that.
 */
export async function claimSend(
  db: Db,
  { organizationId, conversationId, messageId }: SendTarget,
  now: Date,
): Promise<ClaimOutcome> {
  const sql = db.fragment;
  const outcome = await db.first<ClaimOutcome>`
    with conversation as (
      select c.*, ${sql(isBots("c"))} as is_bots, ${windowIsOpen(db, now)} as is_open
      from conversations c
      where c.organization_id = ${organizationId} and c.id = ${conversationId}
      for share
    ), verdict as (
      select m.id, m.organization_id, m.integration_id,
        case when not exists (select 1 from integrations n
            where n.organization_id = m.organization_id and n.id = m.integration_id and n.active)
            then 'disconnected'
          when m.expires_at <= now() then 'expired'
          when m.author = 'bot' and (not c.is_bots or m.fence <> c.fence) then 'fence'
          when m.author = 'system' and m.fence <> c.fence then 'fence'
          when m.author = 'bot' and m.seen_wake_seq <> c.wake_seq then 'superseded'
          -- It asks the lead to write, and they have: an answer of our own may go now.
          when m.author = 'bot' and m.kind = 'template' and c.is_open and c.last_in_seq > m.seq
            then 'superseded'
          else ${sql(TEMPLATE_OBSTACLE)}
        end as cancel, ${sql(IS_FREE_FORM)} and not c.is_open as closed
      from conversation c join messages m on m.organization_id = c.organization_id
        and m.conversation_id = c.id
      where m.organization_id = ${organizationId} and m.id = ${messageId} and m.state = 'queued'
        and ${sql(NOTHING_EARLIER_IS_OPEN)}
      for update of m
    ), ${sql(takePlace("(select * from verdict where cancel is null and not closed)"))}, moved as (
      update messages m set
        state = case when v.cancel is null then 'sending' else 'cancelled' end,
        cancel_reason = v.cancel, attempts = m.attempts + (v.cancel is null)::int,
        send_deadline_at = now() + ${SEND_DEADLINE_SECONDS} * interval '1 second',
        version = m.version + 1
      from verdict v
      where m.organization_id = ${organizationId} and m.id = v.id and m.state = 'queued'
        and (v.cancel is not null or exists (select 1 from free))
      returning m.*
    ), news as (
      ${sql(outboxInsert(messageNews("message.updated", "moved")))}
    )
    select (
      select jsonb_build_object('messageId', m.id, 'organizationId', m.organization_id,
        'integrationId', m.integration_id, 'conversationId', m.conversation_id,
        'author', m.author, 'attempt', m.attempts, 'text', m.text, 'content', m.payload,
        'replyToWamid', m.reply_to_wamid, 'phone', c.phone,
        'metaMediaId', (select u.meta_media_id from file_uploads u
          where u.organization_id = m.organization_id and u.file_id = m.file_id
            and u.integration_id = m.integration_id),
        'bsuid', c.bsuid, 'phoneNumberId', i.phone_number_id,
        'accessTokenBox', i.access_token_box)
      from moved m, conversation c, integrations i
      where m.state = 'sending' and i.organization_id = m.organization_id
        and i.id = m.integration_id
    ) as claim, ${sql(outboxEvents("news"))} as events,
      exists (select 1 from verdict where cancel is null and closed) as window_closed`;
  return outcome ?? { claim: null, windowClosed: false, events: [] };
}
