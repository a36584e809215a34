import type { Bite } from "./bite.ts";

const CHANGES = "./tests/flows/message-changes.test.ts";
const IDENTITY = "./tests/flows/identity.test.ts";
const MEDIA = "./tests/flows/media.test.ts";
const WORDS = "./tests/flows/media-words.test.ts";

/** Guards of what leads send: who they are (33), their files (34), and what changes their messages. */
export const inboundBites: readonly Bite[] = [
  {
    invariant: 1,
    breaks: "U+0000 and lone surrogates go on as they came",
    file: "src/whatsapp/storable.ts",
    find: 'return text.isWellFormed() && !text.includes("\\u0000");',
    put: "return text.length >= 0;",
    test: "./tests/whatsapp/webhook.test.ts",
    name: "invariant 1: has U+0000",
  },
  {
    invariant: 3,
    breaks: "whoever stores a message does not look for changes that wait for it",
    file: "src/flows/ingest/store.ts",
    find: "from locked where parked_at is not null) as parked",
    put: "from locked where false) as parked",
    test: CHANGES,
    name: "invariant 3: whatever comes before its message",
  },
  {
    invariant: 3,
    breaks: "a description wakes the bot a second time, though no turn thinks without it",
    file: "src/flows/media/settle-words.ts",
    find: "c.lease_owner is not null and c.lease_until > now()",
    put: "true",
    test: WORDS,
    name: "invariant 3: that is described after its caption woke the bot",
  },
  {
    invariant: 32,
    breaks: "an organization's files may take every place",
    file: "src/flows/media/fair-media.ts",
    find: "ofOneOrganization: FILES_OF_ONE_ORGANIZATION,",
    put: "ofOneOrganization: FILES_AT_ONCE,",
    test: "./tests/flows/media-fair.test.ts",
    name: "invariant 32:",
  },
  {
    invariant: 33,
    breaks: "a phone number decides over a user id",
    file: "src/flows/ingest/find-people.ts",
    find: "case when not f.is_others then f.lead_id end)",
    put: "f.lead_id)",
    test: IDENTITY,
    name: "invariant 33: a number given to somebody new",
  },
  {
    invariant: 33,
    breaks: "two spellings of one number are two keys",
    file: "drizzle/0016_inbound.sql",
    find: 'CREATE UNIQUE INDEX "lead_identities_phone_key"',
    put: 'CREATE INDEX "lead_identities_phone_key"',
    test: IDENTITY,
    name: "invariant 33: both spellings at the same instant",
  },
  {
    invariant: 34,
    breaks: "a file's bytes are not compared with Meta's hash",
    file: "src/flows/media/fetch.ts",
    find: "if (claim.sha256 !== null && saved.sha256 !== claim.sha256) {",
    put: "if (claim.sha256 === saved.bytes.toString()) {",
    test: MEDIA,
    name: "invariant 34: what is not as it should be is not kept bytes that Meta did not tell of",
  },
  {
    invariant: 34,
    breaks: "a file may be of any type",
    file: "src/flows/media/fetch.ts",
    find: "if (mimeType === null || !isAllowedType(claim.kind, mimeType)) {",
    put: "if (mimeType === null) {",
    test: MEDIA,
    name: "invariant 34: what is not as it should be is not kept",
  },
  {
    invariant: 34,
    breaks: "a deleted message's file stays",
    file: "src/flows/ingest/settle-due.ts",
    find: "const files = await forgetDeletedFiles(db, keys);",
    put: "const files = await forgetDeletedFiles(db, []);",
    test: MEDIA,
    name: "invariant 34: a file whose message the lead deletes",
  },
  {
    invariant: 34,
    breaks: "a file is made for a message that was deleted before",
    file: "src/flows/ingest/media.ts",
    find: "where m.deleted_at is null\n      for share of m",
    put: "for share of m",
    test: MEDIA,
    name: "invariant 34: a file whose message the lead deletes",
  },
];
