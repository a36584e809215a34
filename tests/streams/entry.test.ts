import { describe, expect, test } from "bun:test";
import { DATA_FIELD, parseEntry, parseEvent } from "../../streams/entry.ts";
import type { EntryOf } from "../../streams/messages.ts";

const webhook = {
  ...{ v: 1, organizationId: "o", integrationId: "n", receivedAt: "2026-01-01T00:00:00Z" },
  ...{ requestId: "r", item: {} },
};
const dead = {
  ...{ v: 1, stream: "turns", origin: "turns/1-0", organizationId: null, reason: "Broken." },
  ...{ errorClass: "poison", tries: 1, firstSeenAt: 1, lastSeenAt: 2 },
};
const entries: Record<keyof EntryOf, object> = {
  inbound: webhook,
  receipts: webhook,
  notices: webhook,
  turns: { v: 1, organizationId: "o", conversationId: "c", cause: "message" },
  outbound: { v: 1, organizationId: "o", integrationId: "n" },
  memory: { v: 1, organizationId: "o", conversationId: "c" },
  media: { v: 1, organizationId: "o", mediaId: "m" },
  dead,
};
const streams = Object.keys(entries) as (keyof EntryOf)[];

const fieldsOf = (entry: unknown) =>
  new Map([[DATA_FIELD, new TextEncoder().encode(JSON.stringify(entry))]]);

describe("invariant 29: entries of a later version beside this one", () => {
  test.each(streams)("%s: fields of its own are left alone", (stream) => {
    const entry = { ...entries[stream], addedLater: { by: "a later version" } };
    expect(parseEntry(stream, fieldsOf(entry))).toMatchObject({ ok: true, entry });
  });

  test("live events: the same", () => {
    const event = {
      ...{ eventId: "e", organizationId: "o", kind: "message.received", entityId: "m" },
      ...{ version: 1, data: {}, addedLater: 1 },
    };
    expect(parseEvent(fieldsOf(event))).toEqual(event);
  });

  test.each(streams)("%s: another shape is refused, never guessed", (stream) => {
    const parsed = parseEntry(stream, fieldsOf({ ...entries[stream], v: 2 }));
    expect(parsed).toMatchObject({ ok: false, path: "/v" });
  });
});
