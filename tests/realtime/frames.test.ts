import { expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { newId } from "../../src/lib/ids.ts";
import { LoggedEvent } from "../../src/realtime/frames.ts";
import { eventFrames } from "../../src/realtime/protocol.ts";
import { anEvent } from "./harness.ts";

const template = {
  id: newId(),
  name: "site_visit_reminder",
  language: "en_US",
  category: "UTILITY",
  status: "REJECTED",
  quality: "UNKNOWN",
  rejectedReason: "TAG_CONTENT_MISMATCH",
  nextCategory: "MARKETING",
  nextCategoryAt: "2026-11-23T10:00:00.000Z",
  version: 3,
};
const alert = {
  id: newId(),
  kind: "number_quality_low",
  severity: "warning",
  text: "Meta has lowered the number's quality to red.",
  at: "2026-11-22T10:00:00.000Z",
};

test.each([
  ["template.status", template, { ...template, rejectedReason: undefined }],
  ["alert.raised", alert, { ...alert, severity: "fatal" }],
] as const)("%s carries its row through, and its schema knows a wrong one", (kind, row, wrong) => {
  const frameOf = (data: unknown) => {
    const event = anEvent({ kind, entityId: row.id, version: 3, data });
    return JSON.parse(new LoggedEvent({ epoch: "0123456789abcdef", id: "1-0" }, event).text);
  };
  const frame = frameOf(row);
  expect(Value.Errors(eventFrames[kind], frame).First()).toBeUndefined();
  expect(frame).toMatchObject({ type: kind, data: { entityId: row.id, version: 3, row } });
  expect(Value.Check(eventFrames[kind], frameOf(wrong))).toBe(false);
});
