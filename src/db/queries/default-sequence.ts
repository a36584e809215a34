import { defaultSequence } from "../../funnel/follow-up.ts";

/**
 * Gives each organization in `table`, by its `id`, the sequence it starts with: static SQL for the
 * statement that makes the organization.
 */
export function defaultSequenceInsert(table: string): string {
  return `insert into follow_up_sequences (organization_id, id, name, steps, ghost_after_minutes,
      active)
    select id, gen_random_uuid(), 'Default', '${JSON.stringify(defaultSequence.steps)}'::jsonb,
      ${defaultSequence.ghostAfterMinutes}, true from ${table}`;
}
