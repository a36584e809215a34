import { t } from "elysia";
import { endpoint, personEndpoint } from "../../http/plugins/endpoint.ts";
import { Member, MemberPage } from "./model.ts";

const tag = "People";

export const list = endpoint({
  access: "users:read",
  tag,
  summary: "List the team",
  description: "Everybody who is a member now, in the order in which they joined.",
  answer: [200, MemberPage, "One page."],
});

export const one = endpoint({
  access: "users:read",
  tag,
  summary: "Read one member",
  description: "Somebody who was removed is not found.",
  answer: [200, Member, "The member."],
  problems: ["not_found"],
});

export const me = personEndpoint({
  person: "self",
  tag,
  summary: "Read yourself",
  description: "As a member of the organization that the session acts in.",
  answer: [200, Member, "You."],
});

export const editMe = personEndpoint({
  person: "self",
  tag,
  summary: "Change your own name",
  description:
    "It belongs to the person and is the same in all their organizations, so nobody else can change it.",
  answer: [200, Member, "You, renamed."],
});

export const edit = personEndpoint({
  person: "users:write",
  tag,
  summary: "Change a role",
  description:
    "Counts from their next request on. Only owners make or unmake owners (`forbidden`), and one owner always stays (`conflict`).",
  answer: [200, Member, "As it is after the change."],
  problems: ["not_found", "conflict"],
});

export const remove = personEndpoint({
  person: "users:write",
  tag,
  summary: "Remove from the organization",
  description:
    "Their sessions here end at once. Conversations they had taken over stay with people but are free to take; what was assigned to them is assigned to nobody; their leads have no owner any more (where they are many, within minutes). API keys that they made belong to the organization and keep working: revoke those they know. The last owner cannot be removed (`conflict`), and owners only by owners. They can be invited again.",
  answer: [204, t.Void(), "Removed."],
  problems: ["not_found", "conflict"],
});
