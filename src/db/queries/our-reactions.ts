/**
 * The messages that those of our reactions in `table` (messages that Meta has, or failed) stand at, or no
 * longer stand at: static SQL of an UPDATE. Of ours the latest stands, as of the lead's.
 */
export function ourReactions(table: string): string {
  return `update messages t set version = t.version + 1,
      reactions = jsonb_set(coalesce(t.reactions, '{}'), '{human}', jsonb_build_object(
        'emoji', case when r.state = 'failed' then null else nullif(r.payload ->> 'emoji', '') end,
        'at', to_char(r.sent_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))
    from (select a.*, (select b.id from messages b where b.integration_id = a.integration_id
          and b.wamid = a.payload ->> 'wamid') as target_id
      from ${table} a where a.kind = 'reaction') r
    where t.organization_id = r.organization_id and t.id = r.target_id and t.deleted_at is null
      and coalesce((t.reactions -> 'human' ->> 'at')::timestamptz
        <= date_trunc('milliseconds', r.sent_at), true)
    returning t.*`;
}
