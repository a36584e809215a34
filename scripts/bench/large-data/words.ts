import type { Words } from "../../../tests/modules/contract/list-calls.ts";
import type { FilledData } from "../large-data.ts";
import { FREQUENT_NAME, FREQUENT_TAG, RARE_NAME, RARE_TAG } from "./people.ts";

/** What lists are asked for, by parameter: what is everywhere, what is rare, what is nowhere. */
export function wordsFor(data: FilledData, until: Date): Words {
  const search = {
    "a frequent name": FREQUENT_NAME,
    "a rare name": RARE_NAME,
    "two letters": "an",
    "a phone's end": "67919",
    "no match": "xyzzyq",
  };
  const tag = { frequent: FREQUENT_TAG, rare: RARE_TAG, nowhere: "no-such-tag" };
  const member = { busy: data.memberId };
  const instants = {
    "the last day": new Date(until.getTime() - 24 * 3_600_000).toISOString(),
    "a year ago": new Date(until.getTime() - 365 * 24 * 3_600_000).toISOString(),
  };
  return {
    search,
    q: search,
    tag,
    tags: tag,
    assigneeId: member,
    ownerId: member,
    userId: member,
    actorId: member,
    leadId: { "the longest chat's": data.leadId },
    conversationId: { "the longest": data.conversationId },
    integrationId: { first: data.integrationId },
    action: { frequent: "lead.updated", rare: "api_key.created", nowhere: "no.such" },
    resource: { frequent: "lead", rare: "api_key", nowhere: "nothing" },
    resourceId: { "a lead": data.leadId },
    after: { beginning: "0" },
    from: instants,
    to: instants,
  };
}
