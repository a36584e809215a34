import { expect } from "bun:test";
import { randomUUID } from "node:crypto";
import { connected, openProducer, type Producer } from "../../../streams/connection.ts";
import { hash32 } from "../../../streams/hash.ts";
import { inspectQueue } from "../../../streams/inspect.ts";
import type { Append, Publish } from "../../../streams/publish.ts";
import { createPublisher } from "../../../streams/publish.ts";
import type { Keyspace } from "../../../streams/topology.ts";
import {
  consume,
  inboundEntry,
  Poison,
  recordingLog,
  Transient,
  turnEntry,
  until,
} from "./harness.ts";

/** One organization for each partition. */
function organizationsOf(keyspace: Keyspace): string[] {
  const found: string[] = [];
  for (let index = 0; found.filter(Boolean).length < keyspace.partitions; index += 1) {
    found[hash32(`org-${index}`) % keyspace.partitions] ??= `org-${index}`;
  }
  return found;
}

export interface Office {
  redis: Producer;
  publish: Publish;
  organizations: readonly string[];
  close(): void;
}

/** A publisher into every partition of a deployment. */
export async function openOffice(url: string, keyspace: Keyspace): Promise<Office> {
  const redis = openProducer({ url, keyspace, log: recordingLog() });
  await connected(redis, 10_000);
  return {
    redis,
    publish: createPublisher({ redis, keyspace }),
    organizations: organizationsOf(keyspace),
    close: () => redis.disconnect(),
  };
}

export function inboundFor(organizationId: string, item: unknown = {}): Append {
  return { stream: "inbound", entry: { ...inboundEntry(item), organizationId } };
}

export function eventFor(organizationId: string) {
  const entityId = randomUUID();
  const eventId = randomUUID();
  return { eventId, organizationId, kind: "lead.updated", entityId, version: 1, data: {} };
}

function turnFor(organizationId: string, conversationId: string) {
  return { stream: "turns" as const, entry: { ...turnEntry(conversationId), organizationId } };
}

/**
 * What every deployment must do alike, in all partitions: entries are handled and settled; what fails
 * is tried again; what is hopeless is buried and archived; what is delayed comes when it is due.
 */
export async function wholeWay(url: string, keyspace: Keyspace): Promise<void> {
  const { redis, publish, organizations, close } = await openOffice(url, keyspace);
  const inbound = new Set<string>();
  const turns: { conversationId: string; tries: number }[] = [];
  const archived: string[] = [];
  await consume({
    url,
    keyspace,
    handlers: {
      inbound: async (deliveries) => {
        for (const { entry } of deliveries) inbound.add(entry.organizationId);
      },
      turns: async ([delivery]) => {
        if (!delivery) return;
        const { conversationId } = delivery.entry;
        turns.push({ conversationId, tries: delivery.tries });
        if (conversationId.startsWith("hopeless")) throw new Poison("hopeless");
        if (delivery.tries === 1 && conversationId.startsWith("unlucky")) throw new Transient("no");
      },
      dead: async (deliveries) => {
        for (const { entry } of deliveries) archived.push(entry.organizationId ?? "");
      },
    },
  });
  await publish.append(organizations.map((one) => inboundFor(one)));
  await publish.append(organizations.map((one) => turnFor(one, `unlucky-${one}`)));
  await publish.append(organizations.map((one) => turnFor(one, `hopeless-${one}`)));
  const atMs = Date.now() + 300;
  await publish.schedule(
    organizations.map((one) => ({ append: turnFor(one, `later-${one}`), atMs, keep: "latest" })),
  );

  await until("all inbound handled", () => inbound.size === organizations.length);
  await until(
    "what failed is tried again",
    () => turns.filter(({ tries }) => tries === 2).length === organizations.length,
    10_000,
  );
  await until("what is delayed comes", () =>
    organizations.every((one) => turns.some((turn) => turn.conversationId === `later-${one}`)),
  );
  await until("what is hopeless is archived", () => archived.length === organizations.length);
  expect([...archived].sort()).toEqual([...organizations].sort());
  await until("all is settled", async () => {
    const { streams, delayed } = await inspectQueue({ redis, keyspace });
    return streams.every(({ depth }) => depth === 0) && delayed.every(({ count }) => count === 0);
  });
  close();
}
