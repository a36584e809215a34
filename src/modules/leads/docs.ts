import { t } from "elysia";
import { endpoint } from "../../http/plugins/endpoint.ts";
import { BulkAnswer, Lead, LeadPage, LeadTimelinePage, Note, NotePage } from "./model.ts";

const tag = "Leads";

export const list = endpoint({
  access: "leads:read",
  tag,
  summary: "List and search leads",
  description:
    "Newest first unless `sort` says otherwise. `stage`, `intent` and `sentiment` have to be those of one and the same conversation, and `lastMessageAt` then counts by it. By `name`: as people see it, so username or phone number where there is none. Erased and merged leads are not listed.",
  answer: [200, LeadPage, "One page."],
});

export const one = endpoint({
  access: "leads:read",
  tag,
  summary: "Read one lead",
  description:
    "A merged lead is still found, by its own id, and says in `mergedInto` which one it is now; an erased one is not found.",
  answer: [200, Lead, "The lead."],
  problems: ["not_found"],
});

export const create = endpoint({
  access: "leads:write",
  tag,
  summary: "Enter a lead",
  description:
    "With at least a name, a phone number or an e-mail address. A name given here stays, whatever WhatsApp shows. When the person writes from that number, it is this lead. `conflict` when a lead has the number already: `detail` names its id.",
  answer: [201, Lead, "Entered."],
  problems: ["conflict", "idempotency_key_reused"],
});

export const edit = endpoint({
  access: "leads:write",
  tag,
  summary: "Change a lead",
  description:
    "A name set here is no longer changed by what WhatsApp shows; null gives that back. `tags` replaces all, `fields` changes only what it names. `conflict` for a merged lead.",
  answer: [200, Lead, "As it is after the change."],
  problems: ["not_found", "conflict"],
});

export const tags = endpoint({
  access: "leads:write",
  tag,
  summary: "Add and remove tags",
  description:
    "The others stay, so two people can tag at once. What is in both lists stays. `conflict` for a merged lead.",
  answer: [200, Lead, "As it is after the change."],
  problems: ["not_found", "conflict", "idempotency_key_reused"],
});

export const bulk = endpoint({
  access: "leads:write",
  tag,
  summary: "Change many leads",
  description:
    "Tags and owner of up to 200 leads in one commit: all of them or, when one is not there or was merged, none.",
  answer: [200, BulkAnswer, "Changed."],
  problems: ["not_found", "idempotency_key_reused"],
});

export const merge = endpoint({
  access: "leads:write",
  tag,
  summary: "Merge into another lead",
  description:
    "Two leads turned out to be one person. Identities, notes, tags, fields and conversations go to `intoId`; where both have something, that one's stays. On a number where both have a chat, the other one ends: it is kept, marked `isArchived`, and the bot writes there no more. Cannot be undone. A repeat changes nothing. `conflict` when either was merged into a third, the target was erased, or both are the same.",
  answer: [200, Lead, "The lead that stays."],
  problems: ["not_found", "conflict", "idempotency_key_reused"],
});

export const erase = endpoint({
  access: "leads:erase",
  tag,
  summary: "Erase a lead",
  description:
    "For good, and without asking again: all that is personal goes, from names and messages to earlier audit entries; what counts and costs need stays without a name. Leads merged into it go too. What was queued is not sent. If the person writes again, it is a new lead; who had said stop stays unwritten to. `conflict` for a merged lead: erase the one it was merged into.",
  answer: [204, t.Void(), "Erased."],
  problems: ["not_found", "conflict"],
});

export const timeline = endpoint({
  access: "leads:read",
  tag,
  summary: "Read a lead's timeline",
  description:
    "What happened, newest first, in all its conversations and those of leads merged into it; messages have their own list.",
  answer: [200, LeadTimelinePage, "One page."],
  problems: ["not_found"],
});

export const notes = endpoint({
  access: "leads:read",
  tag,
  summary: "List a lead's notes",
  description: "Newest first.",
  answer: [200, NotePage, "One page."],
  problems: ["not_found"],
});

export const addNote = endpoint({
  access: "leads:write",
  tag,
  summary: "Write a note",
  description: "For the team; the bot does not read it. `conflict` for a merged lead.",
  answer: [201, Note, "Written."],
  problems: ["not_found", "conflict", "idempotency_key_reused"],
});

export const editNote = endpoint({
  access: "leads:write",
  tag,
  summary: "Change your own note",
  description: "Nobody else's (`forbidden`). A key's notes are those of who made the key.",
  answer: [200, Note, "As it is after the change."],
  problems: ["not_found"],
});

export const deleteNote = endpoint({
  access: "leads:write",
  tag,
  summary: "Delete a note",
  description: "Your own; owners and admins anybody's (`forbidden` otherwise).",
  answer: [204, t.Void(), "Deleted."],
  problems: ["not_found"],
});
