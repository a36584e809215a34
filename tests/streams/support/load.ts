import type { Keyspace } from "../../../streams/topology.ts";
import { inboundFor, type Office } from "./deployment-cases.ts";
import { consume } from "./harness.ts";

/** Appends numbers to a partition until told to stop, noting what became of each. */
export function appendNumbers(office: Office, partition: number) {
  const acknowledged: number[] = [];
  const refused: { error: string; tookMs: number }[] = [];
  const organizationId = office.organizations[partition] ?? "";
  let stopped = false;
  async function loop() {
    for (let number = 0; !stopped; number += 1) {
      const startedAt = performance.now();
      await office.publish.append([inboundFor(organizationId, number)]).then(
        () => acknowledged.push(number),
        (error) => refused.push({ error: String(error), tookMs: performance.now() - startedAt }),
      );
      await Bun.sleep(2);
    }
  }
  const ended = loop();
  return {
    acknowledged,
    refused,
    slowestRefusalMs: () => Math.max(0, ...refused.map(({ tookMs }) => tookMs)),
    stop: async () => {
      stopped = true;
      await ended;
    },
  };
}

/** Which numbers came to a handler, and how often. */
export async function countNumbers(
  url: string,
  keyspace: Keyspace,
): Promise<ReadonlyMap<number, number>> {
  const handled = new Map<number, number>();
  await consume({
    url,
    keyspace,
    handlers: {
      inbound: async (deliveries) => {
        for (const { entry } of deliveries) {
          const number = Number(entry.item);
          handled.set(number, (handled.get(number) ?? 0) + 1);
        }
      },
    },
  });
  return handled;
}
