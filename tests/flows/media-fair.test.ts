import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { News } from "../../src/flows/announce.ts";
import { FILES_OF_ONE_ORGANIZATION, fairMedia } from "../../src/flows/media/fair-media.ts";
import { newId } from "../../src/lib/ids.ts";
import type { Delivery } from "../../streams/messages.ts";
import { eventually } from "../support/wait.ts";
import { createMediaWorld, type MediaWorld } from "./media-world.ts";

const FILES = 14;

let it: MediaWorld;
beforeEach(async () => {
  it = await createMediaWorld("media-fair");
}, 30_000);
afterEach(() => it.close());

type FileDelivery = Pick<Delivery<"media">, "entry" | "signal">;

describe("invariant 32: an organization's flood of files", () => {
  test("leaves others a place, and each file that had none is brought back and kept", async () => {
    for (let sent = 0; sent < FILES; sent += 1) await it.send({ kind: "image" });
    const gate = Promise.withResolvers<void>();
    const now = { hot: 0, most: 0, quiet: 0 };
    const quiet = newId();
    const news: News[] = [];
    const handle = fairMedia<FileDelivery>(
      { ...it.world, announcer: { announce: async (one) => void news.push(one) } },
      async ({ entry }) => {
        if (entry.organizationId === quiet) {
          now.quiet += 1;
          return;
        }
        now.hot += 1;
        now.most = Math.max(now.most, now.hot);
        await gate.promise;
        await it.handle(entry.mediaId);
        now.hot -= 1;
      },
    );
    const pending: Promise<void>[] = [];
    const come = (organizationId: string, mediaId: string, replayOf?: string) => {
      const entry = { v: 1 as const, organizationId, mediaId, ...(replayOf && { replayOf }) };
      pending.push(handle({ entry, signal: new AbortController().signal }));
    };
    const ids = (await it.files()).map(({ id }) => id);
    for (const id of ids) come(it.organizationId, id);
    come(quiet, newId());
    await eventually(() => now.quiet === 1);
    expect(now.hot).toBe(FILES_OF_ONE_ORGANIZATION);
    // An operator's replay waits on no row that would bring it back.
    come(quiet, newId(), newId());
    await eventually(() => now.quiet === 2);

    gate.resolve();
    await eventually(async () => {
      for (const { append = [] } of news.splice(0)) {
        for (const one of append) {
          if (one.stream === "media") come(one.entry.organizationId, one.entry.mediaId);
        }
      }
      return (await it.files()).every(({ state }) => state === "stored");
    });
    await Promise.all(pending);
    expect(now.most).toBe(FILES_OF_ONE_ORGANIZATION);
    expect(await it.stored()).toHaveLength(FILES);
  });
});
