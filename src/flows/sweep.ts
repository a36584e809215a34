import type { Db } from "../db/client.ts";
import { freeLeads } from "../db/queries/free-leads.ts";
import type { Clock } from "../lib/clock.ts";
import type { Announcer } from "./announce.ts";
import { applyEffects, findEffectsDue } from "./deliver/effects.ts";
import type { Append, Publish } from "./deps.ts";
import { settleDue } from "./ingest/settle-due.ts";
import { newsOf } from "./ingest.ts";
import { applyParked } from "./receipt/apply.ts";
import { announceApplied } from "./receipt/follow.ts";
import { removeExpiredAccess } from "./sweep/access.ts";
import {
  findAppliable,
  findDueChanges,
  findForgottenMedia,
  findLostTurns,
  findStalledNumbers,
  findUnpublished,
  removeLeftovers,
} from "./sweep/find.ts";
import { askAboutDoubts, doubtOverdueSends, expireQueued } from "./sweep/settle-overdue.ts";

/** A wake-up that was just rebuilt is not rebuilt again while workers may still be busy. */
const REPEAT_AFTER_MS = 10_000;

export interface SweepDeps {
  db: Db;
  clock: Clock;
  publish: Publish;
  announcer: Announcer;
  /** Milliseconds that only go forward. */
  monotonicMs(): number;
}

export interface SweepReport {
  turns: number;
  numbers: number;
  files: number;
  events: number;
}

/**
 * One pass over the rows that tell what should be happening: rebuilds lost wake-ups, settles what is
 * overdue, publishes forgotten events, removes what no longer opens anything. Makes Postgres alone enough to resume from.
 */
export function createSweep(deps: SweepDeps): () => Promise<SweepReport> {
  const recent = new Map<string, number>();

  function isFresh(key: string): boolean {
    const nowMs = deps.monotonicMs();
    for (const [old, atMs] of recent) if (nowMs - atMs > REPEAT_AFTER_MS) recent.delete(old);
    if (recent.has(key)) return false;
    recent.set(key, nowMs);
    return true;
  }

  return async () => {
    const overdue = [
      ...(await doubtOverdueSends(deps.db)),
      ...(await askAboutDoubts(deps.db)),
      ...(await expireQueued(deps.db)),
      ...(await freeLeads(deps.db, null)),
    ];
    await deps.announcer.announce({ events: overdue });
    await deps.announcer.announce({
      events: await applyEffects(deps.db, await findEffectsDue(deps.db)),
    });
    const found = await findAppliable(deps.db);
    await announceApplied(deps, await applyParked(deps.db, found, deps.clock.now()));
    const chats = await findDueChanges(deps.db);
    if (chats.length > 0) await deps.announcer.announce(newsOf(await settleDue(deps, chats)));

    const turns = (await findLostTurns(deps.db, deps.clock.now())).filter((turn) =>
      isFresh(turn.conversationId),
    );
    const numbers = (await findStalledNumbers(deps.db)).filter((number) =>
      isFresh(number.integrationId),
    );
    const files = (await findForgottenMedia(deps.db)).filter((file) => isFresh(file.mediaId));
    const append: Append[] = [
      ...turns.map((turn): Append => ({ stream: "turns", entry: { v: 1, ...turn } })),
      ...numbers.map((number): Append => ({ stream: "outbound", entry: { v: 1, ...number } })),
      ...files.map((file): Append => ({ stream: "media", entry: { v: 1, ...file } })),
    ];
    if (append.length > 0) await deps.publish.append(append);

    const unpublished = await findUnpublished(deps.db);
    await deps.announcer.republish(unpublished);
    await removeLeftovers(deps.db);
    await removeExpiredAccess(deps.db);
    return {
      turns: turns.length,
      numbers: numbers.length,
      files: files.length,
      events: unpublished.length,
    };
  };
}
