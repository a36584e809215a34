import { createAnnouncer } from "../../src/flows/announce.ts";
import { createArchiveHandler } from "../../src/flows/archive.ts";
import { createReplays } from "../../src/flows/dead-letters/replays.ts";
import type { Append, Publish } from "../../src/flows/deps.ts";
import { newId } from "../../src/lib/ids.ts";
import { askReplay } from "../../src/modules/dead-letters/replay.ts";
import { createMutate } from "../../src/modules/mutate.ts";
import { readLetter } from "../../streams/dead-letter.ts";
import type { DeadClass } from "../../streams/messages.ts";
import { silentLog } from "../support/servers.ts";
import type { World } from "./world.ts";

/** Dead letters over a world: burying, asking as an operator, and the scheduler's pass. */
export function lettersOf(world: World) {
  const { db, clock, organizationId } = world;
  const appended: Append[] = [];
  const publish: Publish = {
    append: async (batch) => {
      if (letters.redisIsAway) throw new Error("Redis is away.");
      appended.push(...batch);
    },
    schedule: async () => {},
    events: async () => {},
  };
  const announcer = createAnnouncer({ db, publish, log: silentLog });
  const archive = createArchiveHandler({ db, log: silentLog });
  const mutate = createMutate({ db, announce: async () => {} });
  const actor = {
    organizationId,
    kind: "person",
    id: newId(),
    name: "Olga",
    address: null,
    requestId: null,
  } as const;

  const letters = {
    appended,
    mutate,
    actor,
    key: undefined,
    redisIsAway: false,
    /** Fails the pass at this step, as a death would. */
    dieAt: null as string | null,
    /** As the queue buries an entry; answers the letter's id, or null where it made none. */
    bury: async (stream: string, entry: unknown, errorClass: DeadClass = "poison") => {
      const origin = `{ll:0}:${stream}/${newId()}`;
      const text = typeof entry === "string" ? entry : JSON.stringify(entry);
      await archive([
        {
          entry: {
            v: 1,
            stream,
            origin,
            organizationId,
            reason: "It could not be handled.",
            errorClass,
            tries: 5,
            firstSeenAt: Date.now(),
            lastSeenAt: Date.now(),
            bytes: new TextEncoder().encode(text),
          },
        },
      ]);
      const row = await db.first<{ id: string }>`
        select id from dead_letters where origin = ${origin}`;
      return row?.id ?? null;
    },
    ask: async (id: string, entry?: Record<string, unknown>) =>
      await askReplay({ mutate, clock }, { actor, key: undefined }, id, entry ? { entry } : {}),
    /** One pass of a scheduler that has just started. */
    pass: async () => {
      const replay = createReplays({
        db,
        clock,
        log: silentLog,
        publish,
        announcer,
        readLetter,
        crash: (step) => {
          if (step === letters.dieAt) throw new Error(`Died at ${step}.`);
        },
      });
      return await replay();
    },
    rows: () =>
      db.rows<LetterRow>`
        select d.*, convert_from(d.entry, 'UTF8') as text from dead_letters d order by created_at, id`,
    row: async (id: string) => {
      const found = (await letters.rows()).find((one) => one.id === id);
      if (!found) throw new Error("There is no such letter.");
      return found;
    },
  };
  return letters;
}

export interface LetterRow {
  id: string;
  organizationId: string | null;
  stream: string;
  errorClass: string;
  reason: string;
  text: string;
  tries: number;
  replayOf: string | null;
  replayDueAt: Date | null;
  replayStartedAt: Date | null;
  replayedAt: Date | null;
  refusal: string | null;
}
