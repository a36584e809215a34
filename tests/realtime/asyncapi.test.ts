import { expect, test } from "bun:test";
import { Parser } from "@asyncapi/parser";
import { installationEventKinds, liveEventKinds } from "../../src/lib/events.ts";
import { asyncApiDocument } from "../../src/realtime/asyncapi.ts";

test("the document of the live channel is valid AsyncAPI 3 and names every frame", async () => {
  const { document, diagnostics } = await new Parser().parse(JSON.stringify(asyncApiDocument()));
  const errors = diagnostics.filter(({ severity }) => severity === 0);
  expect(errors.map(({ message, path }) => `${path.join(".")}: ${message}`)).toEqual([]);
  const names =
    document
      ?.messages()
      .all()
      .map((message) => message.name()) ?? [];
  for (const kind of [
    ...liveEventKinds,
    ...installationEventKinds,
    "hello",
    "welcome",
    "resumed",
    "reset",
    "typing",
  ]) {
    expect(names).toContain(kind);
  }
});
