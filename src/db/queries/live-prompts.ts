import { promptSteps } from "../../funnel/prompts.ts";

const NONE = JSON.stringify(Object.fromEntries(promptSteps.map((step) => [step, null])));

/** The live `PromptSet` of an organization, as a scalar subquery: static SQL over its id. */
export function livePrompts(organizationId: string): string {
  return `(select '${NONE}'::jsonb || coalesce(jsonb_object_agg(pv.step, jsonb_build_object(
      'versionId', pv.id, 'version', 'own-' || pv.number, 'instructions', pv.instructions)),
      '{}'::jsonb)
    from prompt_versions pv
    where pv.organization_id = ${organizationId} and pv.state = 'live')`;
}
