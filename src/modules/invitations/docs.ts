import { t } from "elysia";
import { endpoint, personEndpoint } from "../../http/plugins/endpoint.ts";
import { Invitation, InvitationPage } from "./model.ts";

const tag = "People";

export const list = endpoint({
  access: "users:read",
  tag,
  summary: "List invitations",
  description: "Those that can still be accepted, newest first; `status` asks for others.",
  answer: [200, InvitationPage, "One page."],
});

export const one = endpoint({
  access: "users:read",
  tag,
  summary: "Read one invitation",
  description: "All about it but the token, which only the mail has.",
  answer: [200, Invitation, "The invitation."],
  problems: ["not_found"],
});

export const create = personEndpoint({
  person: "users:write",
  tag,
  summary: "Invite somebody",
  description:
    "Sends a mail with a link, good once and for seven days. Only owners invite owners (`forbidden`). `conflict` for a member, and for an address whose invitation is pending: resend or revoke that one. A removed member may be invited again.",
  answer: [201, Invitation, "Made, and the mail is on its way."],
  problems: ["conflict"],
});

export const resend = personEndpoint({
  person: "users:write",
  tag,
  summary: "Send an invitation again",
  description:
    "With a new link and another seven days, in your name; the old link is dead. `conflict` once it was accepted or revoked.",
  answer: [200, Invitation, "As it is now; the mail is on its way."],
  problems: ["not_found", "conflict"],
});

export const revoke = personEndpoint({
  person: "users:write",
  tag,
  summary: "Revoke an invitation",
  description: "Its link is dead at once. `conflict` once it was accepted.",
  answer: [204, t.Void(), "Revoked."],
  problems: ["not_found", "conflict"],
});
