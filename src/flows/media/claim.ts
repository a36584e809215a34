import type { Db } from "../../db/client.ts";
import { leaseIsFree } from "../../db/queries/claimable.ts";
import type { MediaKind, MediaStep } from "../../funnel/media.ts";

/** Above all that one step may take: what a living process holds longer has been forgotten. */
const LEASE_SECONDS = 180;

/** An address that came with the message is tried this long (Meta's live five minutes). */
const INLINE_URL_GOOD = "interval '4 minutes'";

export interface MediaClaim {
  organizationId: string;
  mediaId: string;
  step: MediaStep;
  /** Which try of the step this is, from 1. */
  attempt: number;
  owner: string;
  metaMediaId: string;
  kind: MediaKind;
  voice: boolean;
  sha256: string | null;
  mimeType: string | null;
  erasedAt: Date | null;
  /** The bot waits for what it says. */
  wakes: boolean;
  inlineUrl: string | null;
  caption: string | null;
  /** Business time. */
  sentAt: Date;
  integrationId: string;
  conversationId: string;
  messageId: string;
  leadId: string;
  phoneNumberId: string;
  accessTokenBox: string;
}

/**
 * Takes one file's next step, if it is due and nobody living is at it; undefined: there is nothing to do.
 * `isReplay`: an operator wants a file once more that could not be got.
 */
export async function claimMedia(
  db: Db,
  asked: { organizationId: string; mediaId: string; owner: string; isReplay: boolean },
): Promise<MediaClaim | undefined> {
  const sql = db.fragment;
  return await db.first<MediaClaim>`
    with claimed as (
      update media md set step = coalesce(md.step, 'fetch'), lease_owner = ${asked.owner},
        state = case when md.step is null then 'pending' else md.state end,
        reading = case when md.step is null and md.reading = 'failed' then 'pending'
          else md.reading end,
        attempts = case when md.step is null then 1 else md.attempts + 1 end,
        lease_until = now() + ${LEASE_SECONDS} * interval '1 second'
      where md.organization_id = ${asked.organizationId} and md.id = ${asked.mediaId}
        and (md.step is not null and md.next_attempt_at <= now()
          or ${asked.isReplay} and md.state = 'failed')
        and ${sql(leaseIsFree("md"))}
      returning md.*
    )
    select d.organization_id, d.id as media_id, d.step, d.attempts as attempt,
      d.lease_owner as owner, d.meta_media_id, d.kind, d.voice, d.sha256, d.mime_type, d.erased_at,
      d.wakes, m.id as message_id, m.text as caption, m.sent_at, m.integration_id,
      m.conversation_id, c.lead_id,
      case when m.created_at > now() - ${sql(INLINE_URL_GOOD)}
        then m.raw #>> array[d.kind, 'url'] end as inline_url,
      i.phone_number_id, i.access_token_box
    from claimed d
    join messages m on m.organization_id = d.organization_id and m.id = d.message_id
    join conversations c on c.organization_id = m.organization_id and c.id = m.conversation_id
    join integrations i on i.organization_id = m.organization_id and i.id = m.integration_id`;
}

/** The claim's row, as long as the claim is in force: a part of a statement over `media md`. */
export function isStillMine(db: Db, claim: MediaClaim) {
  return db.part`md.organization_id = ${claim.organizationId} and md.id = ${claim.mediaId}
    and md.step = ${claim.step} and md.lease_owner = ${claim.owner}
    and md.attempts = ${claim.attempt}`;
}

/** Where the file lies: the same at each try, so that a second one takes the first one's place. */
export function storageKey({ organizationId, mediaId }: MediaClaim): string {
  return `${organizationId}/${mediaId}`;
}
