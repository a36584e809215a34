import type { Db } from "../../db/client.ts";
import type { LiveEvent } from "../../lib/events.ts";
import { phoneKey } from "../../whatsapp/phone-variants.ts";
import { learnSharedPhone } from "../identity/told.ts";
import type { Person } from "./find-people.ts";
import type { Received } from "./received.ts";
import { type Resolved, resolvePeople } from "./resolve.ts";

/** Looks each person up once, however many messages they sent. Answers in the order of `known`. */
export async function resolveAll(
  db: Db,
  known: readonly Received[],
): Promise<{ resolved: Resolved[]; events: LiveEvent[] }> {
  const people: Person[] = [];
  const indexes = known.map((one) => {
    const same = people.findIndex((person) => isSame(person, one));
    if (same === -1) return people.push(toPerson(one)) - 1;
    people[same] = merge(people[same], toPerson(one));
    return same;
  });
  const { resolved, events } = await resolvePeople(db, people);
  const each = indexes.flatMap((index) => resolved[index] ?? []);
  return { resolved: each, events: [...events, ...(await learnPhones(db, known, each))] };
}

/** Numbers that leads shared because they were asked for them. */
async function learnPhones(
  db: Db,
  known: readonly Received[],
  resolved: readonly Resolved[],
): Promise<LiveEvent[]> {
  const events: LiveEvent[] = [];
  for (const [at, { entry, item }] of known.entries()) {
    if (item.kind !== "message" || item.content?.type !== "contacts") continue;
    const phone = item.content.cards.find(({ ownPhone }) => ownPhone !== null)?.ownPhone;
    const leadId = resolved[at]?.leadId;
    if (!phone || leadId === undefined) continue;
    events.push(...(await learnSharedPhone(db, { ...entry, wamid: item.wamid }, leadId, phone)));
  }
  return events;
}

/** By BSUID; by phone only where no two BSUIDs say that they are two people. */
function isSame(person: Person, { entry, party, leadId }: Received): boolean {
  if (person.integrationId !== entry.integrationId || person.leadId !== leadId) return false;
  if (leadId !== null) return true;
  if (party.bsuid !== null && person.bsuid !== null) return person.bsuid === party.bsuid;
  if (party.phone === null || person.phone === null) return false;
  return phoneKey(person.phone) === phoneKey(party.phone);
}

function toPerson({ entry, item, party, leadId }: Received): Person {
  const isKnown = leadId !== null;
  return {
    organizationId: entry.organizationId,
    integrationId: entry.integrationId,
    leadId,
    phone: isKnown ? null : party.phone,
    bsuid: isKnown ? null : party.bsuid,
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
