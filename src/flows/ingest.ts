import { Value } from "@sinclair/typebox/value";
import type { EntryOf } from "../../streams/messages.ts";
import type { Db } from "../db/client.ts";
import { attentionForKind, isAnswerable } from "../funnel/mailbox.ts";
import { matchOptOut, optOutConfirmation } from "../funnel/opt-out.ts";
import type { Clock } from "../lib/clock.ts";
import type { CrashPoint } from "../lib/crash-points.ts";
import { AppError } from "../lib/errors.ts";
import type { LiveEvent } from "../lib/events.ts";
import { newId } from "../lib/ids.ts";
import { InboundItem, type Party } from "../whatsapp/payload.ts";
import type { Announcer, News } from "./announce.ts";
import { isJudgedWithFile, keepMedia } from "./ingest/media.ts";
import { type Person, type Resolved, resolvePeople } from "./ingest/resolve.ts";
import { type InboundRow, type StoreOutcome, storeInbound } from "./ingest/store.ts";
import { keepNotices } from "./notice.ts";

/** Older messages are history: stored and shown, but an answer now would be strange. */
export const STALE_AFTER_MS = 60 * 60_000;

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

interface Received {
  entry: EntryOf["inbound"];
  item: InboundItem;
  party: Party;
}

/**
 * Handler of `inbound`: one batch becomes leads, conversations and messages with a handful of
 * idempotent statements, and wake-ups for those that wait for an answer.
 */
export function createIngestHandler(
  deps: IngestDeps,
): (deliveries: readonly InboundDelivery[]) => Promise<void> {
  return async (deliveries) => {
    const received = deliveries.map(({ entry }) => read(entry));
    const known = received.filter(({ party }) => party.phone !== null || party.bsuid !== null);
    const nameless = received.filter((one) => !known.includes(one));
    if (nameless.length > 0) {
      await keepNotices(
        deps.db,
        nameless.map(({ entry, item }) => ({ ...entry, field: "unidentified", raw: item.raw })),
      );
    }
    if (known.length === 0) return;

    await storeAll(deps, known);
    deps.onIngress(known.map(({ entry }) => entry.integrationId));
  };
}

/** A lead may be merged or erased between the two steps; its messages then find their new home. */
const MAX_ROUNDS = 3;

async function storeAll(deps: IngestDeps, known: readonly Received[]): Promise<void> {
  let left = known;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const { resolved, events } = await resolveAll(deps.db, left);
    deps.crash("ingest:resolved");
    const rows = left.map((one, ord) => toRow(one, ord, resolved[ord], deps.clock.now()));
    const stored = await storeInbound(deps.db, rows);
    deps.crash("ingest:stored");
    await deps.announcer.announce(newsOf(stored, events));
    const freshFrom = new Date(deps.clock.now().getTime() - STALE_AFTER_MS);
    const { transcribes } = deps;
    await deps.announcer.announce(await keepMedia(deps.db, left, { transcribes, freshFrom }));
    left = left.filter((_, at) => stored.homeless.includes(rows[at]?.id ?? ""));
    if (left.length === 0) return;
  }
  throw new AppError("conflict", "Leads kept being merged or erased under their messages.", {
    messages: left.length,
  });
}

/** Everything the person of an entry may be known by, on their number. */
export function personKeys({ integrationId, item }: EntryOf["inbound"]): string[] {
  if (!Value.Check(InboundItem, item)) return [];
  const { phone, bsuid } = partyOf(item);
  return [phone, bsuid].filter((one) => one !== null).map((one) => `${integrationId}/${one}`);
}

/** A turn without debounce starts at once: the delayed set is looked at every 100 ms only. */
function newsOf(
  { wakes, confirmations, events }: StoreOutcome,
  earlier: readonly LiveEvent[],
): News {
  const turns = wakes.map(({ organizationId, conversationId, dueAt, isDue }) => ({
    isDue,
    atMs: new Date(dueAt).getTime(),
    append: {
      stream: "turns" as const,
      entry: { v: 1 as const, organizationId, conversationId, cause: "message" as const },
    },
  }));
  const sends = confirmations.map((number) => ({
    stream: "outbound" as const,
    entry: { v: 1 as const, ...number },
  }));
  return {
    events: [...earlier, ...events],
    append: [...sends, ...turns.filter(({ isDue }) => isDue).map(({ append }) => append)],
    schedule: turns
      .filter(({ isDue }) => !isDue)
      .map(({ append, atMs }) => ({ append, atMs, keep: "latest" })),
  };
}

function read(entry: EntryOf["inbound"]): Received {
  if (!Value.Check(InboundItem, entry.item)) {
    const path = Value.Errors(InboundItem, entry.item).First()?.path ?? "";
    throw new AppError("poison", "An inbound entry is no message of a known shape.", { path });
  }
  const item = entry.item;
  return { entry, item, party: partyOf(item) };
}

function partyOf(item: InboundItem): Party {
  return item.kind === "message" ? item.from : item.to;
}

/** Looks each person up once, however many messages they sent. */
async function resolveAll(db: Db, known: readonly Received[]) {
  const people: Person[] = [];
  const indexes = known.map((one) => {
    const same = people.findIndex((person) => isSame(person, one));
    if (same === -1) return people.push(toPerson(one)) - 1;
    people[same] = merge(people[same], toPerson(one));
    return same;
  });
  const { resolved, events } = await resolvePeople(db, people);
  return { resolved: indexes.map((index) => resolved[index]), events };
}

function isSame(person: Person, { entry, party }: Received): boolean {
  return (
    person.integrationId === entry.integrationId &&
    ((party.bsuid !== null && person.bsuid === party.bsuid) ||
      (party.phone !== null && person.phone === party.phone))
  );
}

function toPerson({ entry, item, party }: Received): Person {
  return {
    organizationId: entry.organizationId,
    integrationId: entry.integrationId,
    phone: party.phone,
    bsuid: party.bsuid,
    name: party.name,
    username: party.username,
    referral: item.kind === "message" ? item.referral : null,
  };
}

function merge(first: Person | undefined, next: Person): Person {
  return {
    ...next,
    phone: next.phone ?? first?.phone ?? null,
    bsuid: next.bsuid ?? first?.bsuid ?? null,
    name: next.name ?? first?.name ?? null,
    username: next.username ?? first?.username ?? null,
    referral: first?.referral ?? next.referral,
  };
}

function toRow(
  { entry, item, party }: Received,
  ord: number,
  resolved: Resolved | undefined,
  now: Date,
): InboundRow {
  if (resolved === undefined) throw new AppError("internal", "A person was not looked up.");
  const fromLead = item.kind === "message";
  const optOut = fromLead && item.text !== null ? matchOptOut(item.text) : null;
  const stops = optOut?.kind === "stop";
  const stale = now.getTime() - new Date(item.sentAt).getTime() > STALE_AFTER_MS;
  const answerable = fromLead && item.text !== null && isAnswerable(item.type);
  return {
    organization_id: entry.organizationId,
    integration_id: entry.integrationId,
    conversation_id: resolved.conversationId,
    id: newId(),
    ord,
    author: fromLead ? "lead" : "human",
    wamid: item.wamid,
    kind: item.type,
    text: item.text,
    raw: item.raw,
    altered: item.altered,
    reply_to_wamid: item.replyToWamid,
    sent_at: item.sentAt,
    wakes: answerable && !stale && !stops,
    stop_keyword: stops ? optOut.keyword : null,
    starts: optOut?.kind === "start",
    attention: fromLead && !isJudgedWithFile(item) ? attentionOf(item, answerable && stale) : null,
    phone: party.phone,
    bsuid: party.bsuid,
    confirmation_id: newId(),
    confirmation: stops && !stale ? optOutConfirmation(optOut.language) : null,
  };
}

/** A form's answer and the like come as `interactive` without words: for a person to read. */
function attentionOf(item: InboundItem, stale: boolean): InboundRow["attention"] {
  if (stale) return "stale_message";
  const wordless = item.text === null && isAnswerable(item.type);
  return wordless ? "unreadable_message" : attentionForKind(item.type);
}
