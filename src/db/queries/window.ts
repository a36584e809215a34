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
