import { SERVICE_WINDOW_MS } from "../../funnel/window.ts";
import type { Db, Parameter } from "../client.ts";
import { isBots, leaseIsFree } from "./claimable.ts";

type Sql = Pick<Db, "fragment" | "part">;

/** A message that somebody wrote and that did not come to nothing: static SQL over the row `l`. */
const IS_ALIVE = "l.state not in ('cancelled', 'failed')";

const CONNECTED = `exists (select 1 from integrations n
  where n.organization_id = c.organization_id and n.id = c.integration_id and n.active)`;

/**
 * Whether the turn that was given up last was a nudge: static SQL over the conversation `c`. The row
 * of the turn knows; the entry may be of an earlier wake-up.
 */
export const WAS_NUDGE = `coalesce((select t.cause = 'follow_up' from turns t
  where t.organization_id = c.organization_id and t.conversation_id = c.id
    and t.disposition = 'buried' order by t.started_at desc limit 1), false)`;

/** What the bot or a person has sent and what nobody knows the fate of: the end of what is answered. */
export const LAST_SENT_SEQ = `coalesce((select max(l.seq) from messages l
  where l.conversation_id = c.id and l.direction = 'out' and ${IS_ALIVE}), 0)`;

/**
 * Why a turn that was given up cannot be taken up again at `now` (business time), as a sentence; null
 * when it can. SQL over the conversation `c`. An answer that no longer fits the chat must not be made.
 */
export function turnObstacle(db: Sql, now: Date): Parameter {
  const sql = db.fragment;
  const windowStart = new Date(now.getTime() - SERVICE_WINDOW_MS);
  return db.part`case
    when c.ended_at is not null then 'The chat has ended: its lead was merged or erased.'
    when not ${sql(CONNECTED)} then 'The number of the chat is disconnected.'
    when c.opted_out_at is not null then 'The lead asked not to be written to.'
    when not ${sql(isBots("c"))} then 'A person has the chat.'
    when not ${sql(leaseIsFree("c"))} then 'The bot is at the chat right now. Try again in a moment.'
    when c.wake_seq > c.handled_seq then null
    when c.last_lead_message_at is null or c.last_lead_message_at <= ${windowStart}
      then 'The lead last wrote over 24 hours ago: only a person with a template can answer now.'
    when ${sql(WAS_NUDGE)} then case
      when c.follow_up_at is not null then 'A follow-up is planned already.'
      when c.last_in_seq > ${sql(LAST_SENT_SEQ)} then 'The lead has written since: there is nobody to nudge.'
    end
    when c.last_in_seq <= ${sql(LAST_SENT_SEQ)} then 'The lead has been answered since.'
  end`;
}

/**
 * Why a message that failed cannot be sent after all; null when it can. Static SQL over the message `m`
 * and its conversation `c`. Nothing that WhatsApp may have taken, that somebody sent again, or that the
 * chat has left behind goes out.
 */
export const SEND_OBSTACLE = `case
    when m.state <> 'failed' then 'The message is ' || m.state || ': only one that failed is sent again.'
    when m.wamid is not null or m.doubt_at is not null
      then 'WhatsApp took the message or may have: it is never sent again by itself.'
    when exists (select 1 from messages r
      where r.organization_id = m.organization_id and r.resend_of = m.id)
      then 'A person has sent the message again.'
    when c.ended_at is not null then 'The chat has ended: its lead was merged or erased.'
    when not ${CONNECTED} then 'The number of the chat is disconnected.'
    when m.expires_at <= now()
      then 'The message is too old to go out by itself: a person can send it again from the chat.'
    when m.author = 'bot' and not ${isBots("c")}
      then 'A person has the chat, or the lead asked not to be written to.'
    when m.author in ('bot', 'system') and m.fence <> c.fence
      then 'Somebody took the chat over since, or the lead asked not to be written to.'
    when c.last_seq > m.seq and exists (select 1 from messages l
      where l.conversation_id = m.conversation_id and l.seq > m.seq and ${IS_ALIVE})
      then 'The chat went on since: a person can send the message again from there.'
  end`;
