import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { GROUP, keyOf, streamNames } from "../../streams/topology.ts";
import type { LeadlineProcess } from "../support/processes.ts";
import { nothingLost, stillSettled } from "./support/check.ts";
import { expectRecovery } from "./support/recovery.ts";
import { type Stack, startStack } from "./support/stack.ts";
import { steps, struckAt } from "./support/steps.ts";

setDefaultTimeout(90_000);

interface Fault {
  promise: string;
  fault: string;
  strike(stack: Stack): Promise<unknown>;
}

const faults: readonly Fault[] = [
  {
    promise: "invariants 5 and 24: what was ingested outlives a Redis that forgets everything",
    fault: "FLUSHALL",
    strike: ({ redis }) => redis.flushall(),
  },
  {
    promise: "invariant 24: lost groups are made again and nothing is lost or done twice",
    fault: "XGROUP DESTROY of every group",
    strike: ({ redis }) =>
      Promise.all(
        streamNames.map((name) =>
          redis.xgroup("DESTROY", keyOf({ prefix: "ll", partitions: 1 }, 0, name), GROUP),
        ),
      ),
  },
  {
    promise: "invariants 6 and 17: connections to Redis may all end at any moment",
    fault: "CLIENT KILL of every connection",
    strike: async ({ redis }) => {
      await redis.call("CLIENT", "KILL", "TYPE", "normal");
      await redis.call("CLIENT", "KILL", "TYPE", "pubsub");
    },
  },
  {
    promise: "invariant 6: connections to Postgres may all end at any moment",
    fault: "pg_terminate_backend of every connection",
    strike: ({ db }) => db.rows`
      select pg_terminate_backend(pid) from pg_stat_activity
      where application_name like 'leadline-%' and pid <> pg_backend_pid()`,
  },
  {
    promise: "invariant 1: what was acknowledged is on Redis's disk",
    fault: "Redis killed and started again",
    strike: async ({ redisServer }) => {
      await redisServer.kill("SIGKILL");
      await redisServer.start();
    },
  },
  {
    promise: "invariants 1 and 2: Postgres may restart at any moment",
    fault: "Postgres restarted, fast",
    strike: async ({ postgres }) => {
      await postgres.stop();
      await postgres.start();
    },
  },
  {
    promise: "invariants 1 and 2: Postgres may die at any moment",
    fault: "Postgres restarted, immediate",
    strike: async ({ postgres }) => {
      await postgres.kill("SIGQUIT");
      await postgres.start();
    },
  },
];

describe("struck at each step of a text", () => {
  let stack: Stack;
  let roles: LeadlineProcess[];
  beforeAll(async () => {
    stack = await startStack();
    roles = await stack.startAll(["api", "worker", "worker", "scheduler"]);
  });
  afterAll(() => stack.close());

  for (const { promise, fault, strike } of faults) {
    describe(promise, () => {
      for (const step of struckAt) {
        test(`${fault} while ${step}`, async () => {
          await steps[step](stack);
          await strike(stack);
          const atMs = performance.now();
          await stack.meta.write(stack.newLead());
          await expectRecovery(stack, { fault, step, atMs });
        });
      }
    });
  }

  test("no process had to be restarted, and nothing comes late", async () => {
    expect(await stillSettled(stack)).toEqual(nothingLost);
    for (const role of roles) await role.ready();
  });
});
