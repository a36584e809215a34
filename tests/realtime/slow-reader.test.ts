import { describe, expect, test } from "bun:test";
import { closeCodes } from "../../src/realtime/protocol.ts";
import { testKeyspace } from "../support/database.ts";
import { eventually } from "../support/wait.ts";
import { openSocket } from "./client.ts";
import { anEvent, createDoor, openPublisher, startApi } from "./harness.ts";
import { openBareSocket } from "./reader.ts";

describe("invariant 26: a slow reader has no silent gaps and slows nobody", () => {
  test("a reader that never reads is closed, resumes and misses nothing; others never notice", async () => {
    const keyspace = await testKeyspace("slow");
    const door = createDoor();
    const at = await startApi({ url: keyspace.url, keyspace, door });
    const publisher = await openPublisher(keyspace.url, keyspace);
    try {
      const slow = await openBareSocket(at.port, {
        v: 1,
        type: "hello",
        data: { ticket: door.ticket() },
      });
      const lively = await openSocket(at.ws);
      await lively.hello(door.ticket());
      slow.pause();

      // What the kernel takes for a reader that does not read is several megabytes.
      const data = { text: "x".repeat(8_000) };
      const sent: string[] = [];
      const delaysMs: number[] = [];
      for (let batch = 0; batch < 400 && at.counts.tooSlow === 0; batch += 1) {
        const events = Array.from({ length: 10 }, () => anEvent({ data }));
        sent.push(...events.map(({ eventId }) => eventId));
        const publishedAt = performance.now();
        await publisher.publish.events(events);
        await eventually(() => lively.events().length === sent.length, { everyMs: 1 });
        delaysMs.push(performance.now() - publishedAt);
      }
      expect(at.counts.tooSlow).toBe(1);
      expect(at.counts.closedBy.get(closeCodes.resumeLater)).toBe(1);
      expect(lively.events()).toHaveLength(sent.length);
      expect(delaysMs.toSorted((a, b) => a - b)[Math.floor(delaysMs.length * 0.9)]).toBeLessThan(
        100,
      );

      slow.resume();
      await eventually(() => slow.frames().includes(closeCodes.resumeLater) || slow.ended());
      const seen = slow
        .frames()
        .filter((frame): frame is string => typeof frame === "string")
        .map((text) => JSON.parse(text))
        .filter(({ id }) => id !== null);
      const again = await openSocket(at.ws);
      const answer = await again.hello(door.ticket(), seen.at(-1).id);
      expect(answer.type).toBe("resumed");
      await eventually(() => seen.length + again.events().length === sent.length);
      const got = [...seen, ...again.events()].map((frame) => frame.data.eventId);
      expect(got).toEqual(sent);
    } finally {
      publisher.close();
      await at.stop();
      await keyspace.clear();
    }
  });
});
