/** An owner whose heartbeat is older than this is dead: its leases are free to take. */
const SILENT_OWNER = "interval '8 seconds'";

/** Nobody living holds the conversation: static SQL over its row. */
export function leaseIsFree(alias: string): string {
  return `(${alias}.lease_owner is null or ${alias}.lease_until < now() or not exists (
    select 1 from workers w
    where w.id = ${alias}.lease_owner and w.seen_at > now() - ${SILENT_OWNER}))`;
}

/** The lead wrote something that no finished turn, human or stop word has dealt with. */
export function isUnanswered(alias: string): string {
  return `(${alias}.wake_seq > ${alias}.handled_seq)`;
}

/** The bot may speak here at all: nobody took over, nobody said stop, and the number is connected. */
export function isBots(alias: string): string {
  return `(${alias}.mode = 'bot' and ${alias}.opted_out_at is null and ${alias}.ended_at is null
    and exists (
    select 1 from integrations n where n.organization_id = ${alias}.organization_id
      and n.id = ${alias}.integration_id and n.active))`;
}
