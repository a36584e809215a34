import type { Db } from "../../db/client.ts";
import type { Announcer } from "../announce.ts";
import { applyEffects } from "../deliver/effects.ts";
import type { Append } from "../deps.ts";
import type { Applied } from "./apply.ts";

/** Does what the codes of failed messages mean beyond them, then tells of it all and wakes the sender. */
export async function announceApplied(
  { db, announcer }: { db: Db; announcer: Announcer },
  ...applied: readonly Applied[]
): Promise<void> {
  const events = applied.flatMap((one) => one.events);
  events.push(
    ...(await applyEffects(
      db,
      applied.flatMap((one) => one.refused),
    )),
  );
  const append = applied
    .flatMap((one) => one.numbers)
    .map((number): Append => ({ stream: "outbound", entry: { v: 1, ...number } }));
  await announcer.announce({ events, append });
}
