import type { EntryOf } from "../../streams/messages.ts";
import type { Db } from "../db/client.ts";
import type { Clock } from "../lib/clock.ts";
import type { CrashPoint } from "../lib/crash-points.ts";
import { AppError } from "../lib/errors.ts";
import type { LiveEvent } from "../lib/events.ts";
import type { Announcer, News } from "./announce.ts";
import { applySystemMessage } from "./identity/told.ts";
import { keepMedia, mediaWakeUp } from "./ingest/media.ts";
import { type ConversationKey, parkChanges } from "./ingest/parked.ts";
import { resolveAll } from "./ingest/people.ts";
import { type Received, readEntry } from "./ingest/received.ts";
import type { Resolved } from "./ingest/resolve.ts";
import { STALE_AFTER_MS, toChange, toRow } from "./ingest/rows.ts";
import { settleDue } from "./ingest/settle-due.ts";
import { type StoreOutcome, storeInbound } from "./ingest/store.ts";
import { keepNotices } from "./notice.ts";

export interface IngestDeps {
  db: Db;
  clock: Clock;
  announcer: Announcer;
  /** A webhook of these numbers was taken in. */
  onIngress(integrationIds: readonly string[]): void;
  /** Whether voice notes are put into words: then they call nobody yet. */
  transcribes: boolean;
  crash(step: CrashPoint): void;
}

interface InboundDelivery {
  entry: EntryOf["inbound"];
}

/**
 * Handler of `inbound`: one batch becomes leads, conversations and messages with a handful of
 * idempotent statements, and wake-ups for those that wait for an answer.
 */
export function createIngestHandler(
  deps: IngestDeps,
): (deliveries: readonly InboundDelivery[]) => Promise<void> {
  return async (deliveries) => {
    const received = deliveries.map(({ entry }) => readEntry(entry));
    const known = received.filter(({ party }) => party.phone !== null || party.bsuid !== null);
    await keepAs(deps.db, "unidentified", without(received, known));
    if (known.length === 0) return;

    const system = known.filter(({ item }) => item.content?.type === "system");
    if (system.length < known.length) await storeAll(deps, without(known, system));
    if (system.length > 0) await storeSystem(deps, system);
    deps.onIngress(known.map(({ entry }) => entry.integrationId));
  };
}

function without(all: readonly Received[], some: readonly Received[]): readonly Received[] {
  return some.length === 0 ? all : all.filter((one) => !some.includes(one));
}

/** What belongs into no chat is a notice, raw. */
async function keepAs(db: Db, field: string, strays: readonly Received[]): Promise<void> {
  if (strays.length === 0) return;
  await keepNotices(
    db,
    strays.map(({ entry, item }) => ({ ...entry, field, raw: item.raw })),
  );
}

/**
 * What WhatsApp itself says about a lead, after what the lead said: it may change who the lead is. Nobody
 * becomes a lead by it.
 */
async function storeSystem(deps: IngestDeps, system: readonly Received[]): Promise<void> {
  const placed: Received[] = [];
  for (const one of system) {
    const { entry, item, party } = one;
    if (item.content?.type !== "system") continue;
    const told = { ...entry, wamid: item.wamid };
    const { leadId, events } = await applySystemMessage(deps.db, told, party, item.content);
    await deps.announcer.announce({ events });
    if (leadId !== null) placed.push({ ...one, leadId });
    else await keepAs(deps.db, "system", [one]);
  }
  if (placed.length > 0) await storeAll(deps, placed);
}

/** A lead may be merged or erased between the two steps; its messages then find their new home. */
const MAX_ROUNDS = 3;

async function storeAll(deps: IngestDeps, known: readonly Received[]): Promise<void> {
  let left = known;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const { resolved, events } = await resolveAll(deps.db, left);
    deps.crash("ingest:resolved");
    const homeless = await storeRound(deps, left, resolved, events);
    await fetchFiles(deps, left);
    left = left.filter((one) => homeless.has(one));
    if (left.length === 0) return;
  }
  throw new AppError("conflict", "Leads kept being merged or erased under their messages.", {
    messages: left.length,
  });
}

/** What files came with messages that are stored by now is fetched at once. */
async function fetchFiles(deps: IngestDeps, stored: readonly Received[]): Promise<void> {
  const { db, clock, announcer, transcribes } = deps;
  const freshFrom = new Date(clock.now().getTime() - STALE_AFTER_MS);
  await announcer.announce(await keepMedia(db, stored, { transcribes, freshFrom }));
}

/** Stores messages, then what changes messages; answers with those whose conversation has ended. */
async function storeRound(
  deps: IngestDeps,
  left: readonly Received[],
  resolved: readonly Resolved[],
  events: LiveEvent[],
): Promise<Set<Received>> {
  const now = deps.clock.now();
  const placed = left.map((one, ord) => {
    const place = resolved[ord];
    if (place === undefined) throw new AppError("internal", "A person was not looked up.");
    const change = toChange(one, place.conversationId);
    const row = change ? undefined : toRow(one, ord, place, now);
    return { one, change, row };
  });
  const rows = placed.flatMap(({ row }) => row ?? []);
  const changes = placed.flatMap(({ change }) => change ?? []);
  const stored = rows.length > 0 ? await storeInbound(deps.db, rows) : nothing;
  const strays = changes.length > 0 ? await parkChanges(deps.db, changes) : [];
  deps.crash("ingest:stored");
  const waiting = distinct([...stored.parked, ...changes.map(keyOf)]);
  const settled = waiting.length > 0 ? await settleDue(deps, waiting) : [];
  await deps.announcer.announce(newsOf([{ events }, stored, ...settled]));
  const homeless = new Set([...stored.homeless, ...strays]);
  return new Set(
    placed
      .filter(({ row, change }) => homeless.has(row?.id ?? change?.id ?? ""))
      .map(({ one }) => one),
  );
}

const nothing: Pick<StoreOutcome, "parked" | "homeless"> = { parked: [], homeless: [] };

function keyOf(row: { organization_id: string; conversation_id: string }): ConversationKey {
  return { organizationId: row.organization_id, conversationId: row.conversation_id };
}

function distinct(keys: readonly ConversationKey[]): ConversationKey[] {
  return [...new Map(keys.map((key) => [key.conversationId, key])).values()];
}

/**
 * What follows from messages and changes that were stored. A turn without debounce starts at once: the
 * delayed set is looked at every 100 ms only.
 */
export function newsOf(outcomes: readonly Partial<StoreOutcome>[]): News {
  const wakes = outcomes.flatMap((outcome) => outcome.wakes ?? []);
  const turns = wakes.map(({ organizationId, conversationId, dueAt, isDue }) => ({
    isDue,
    atMs: new Date(dueAt).getTime(),
    append: {
      stream: "turns" as const,
      entry: { v: 1 as const, organizationId, conversationId, cause: "message" as const },
    },
  }));
  const sends = outcomes
    .flatMap((outcome) => outcome.confirmations ?? [])
    .map((number) => ({ stream: "outbound" as const, entry: { v: 1 as const, ...number } }));
  const files = outcomes.flatMap((outcome) => (outcome.files ?? []).map(mediaWakeUp));
  const due = turns.filter(({ isDue }) => isDue).map(({ append }) => append);
  return {
    events: outcomes.flatMap((outcome) => outcome.events ?? []),
    append: [...sends, ...files, ...due],
    schedule: turns
      .filter(({ isDue }) => !isDue)
      .map(({ append, atMs }) => ({ append, atMs, keep: "latest" })),
  };
}
