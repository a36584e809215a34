import { SERVICE_WINDOW_MS } from "../../funnel/window.ts";
import type { Db, Parameter } from "../client.ts";

/** Meta's word goes before our clock: it has called the window closed, and the lead has not written since. */
export const META_CLOSED = "c.closed_in_seq is not distinct from c.last_in_seq";

/** Whether free-form messages may go to the conversation `c` at `now` (business time). */
export function windowIsOpen(db: Pick<Db, "part" | "fragment">, now: Date): Parameter {
  const openSince = new Date(now.getTime() - SERVICE_WINDOW_MS);
  return db.part`(coalesce(c.last_lead_message_at > ${openSince}::timestamptz, false)
    and not (${db.fragment(META_CLOSED)}))`;
}

/** Everything but a template needs an open window: static SQL over the message `m`. */
export const IS_FREE_FORM = "m.kind <> 'template'";

/**
 * The lead gets no marketing, and the message `m` is some: static SQL; `c` is its conversation. A
 * template that is not in our list any more counts as none.
 */
export const IS_UNWANTED = `m.kind = 'template' and exists (
    select 1 from templates t join leads l on l.organization_id = t.organization_id
    where t.organization_id = c.organization_id and t.integration_id = c.integration_id
      and t.name = m.payload ->> 'name' and t.language = m.payload ->> 'language'
      and t.category = 'MARKETING' and l.id = c.lead_id and l.marketing_stopped_at is not null)`;
