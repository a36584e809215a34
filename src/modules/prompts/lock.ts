import type { Change } from "../mutate.ts";

/** One change of an organization's prompts at a time: two could both go live, or take one number. */
export async function lockPrompts(change: Change, organizationId: string): Promise<void> {
  await change.rows`select 1 from organizations where id = ${organizationId} for no key update`;
}
