import { AsyncLocalStorage } from "node:async_hooks";
import { createAnnouncer } from "../../src/flows/announce.ts";
import type { SendClaim } from "../../src/flows/deliver/claim.ts";
import { createDeliverHandler } from "../../src/flows/deliver.ts";
import { weeklyCalendar } from "../../src/flows/turn/calendar.ts";
import { createTurnHandler } from "../../src/flows/turn.ts";
import type { Thought } from "../../src/funnel/turn.ts";
import type { SendResult } from "../../src/whatsapp/client.ts";
import { createWorld } from "../flows/world.ts";
import { silentLog } from "../support/servers.ts";

/** Something that a process is at and that the schedule ends when it likes. */
export interface Pending<Answer> {
  /** Its process is gone, or was taken for gone: what it brings later is a zombie's. */
  zombie: boolean;
  answer(with_: Answer): Promise<void>;
}

export type Worker = "w1" | "w2";
export type Thinking = Pending<Thought | Error> & { turnId: string };
export type Sending = Pending<SendResult> & { claim: SendClaim };

/**
 * The real flows on a real database, where thinking and sending wait for the schedule's word. One step
 * runs at a time, so that a seed always plays the same.
 */
export async function createStage(name: string) {
  const world = await createWorld(name);
  const { db, clock, organizationId, integrationId } = world;
  const publish = { append: async () => {}, schedule: async () => {}, events: async () => {} };
  const announcer = createAnnouncer({ db, publish, log: silentLog });
  const thinking: Thinking[] = [];
  const sending: Sending[] = [];
  let arrived = Promise.withResolvers<void>();

  /** Within a handler: goes on with it until it ends or waits for the schedule again. */
  const goOn = new AsyncLocalStorage<() => Promise<void>>();

  /** Registers something pending, and resolves with what the schedule answers. */
  async function hold<Answer, Extra extends object>(
    list: (Pending<Answer> & Extra)[],
    extra: Extra,
  ): Promise<Answer> {
    const { promise, resolve } = Promise.withResolvers<Answer>();
    const further = goOn.getStore();
    const pending = {
      ...extra,
      zombie: false,
      answer: async (answer: Answer) => {
        list.splice(list.indexOf(pending), 1);
        resolve(answer);
        await further?.();
      },
    };
    list.push(pending);
    arrived.resolve();
    return await promise;
  }

  /** Runs a handler until it ends or waits for the schedule. */
  async function until(handler: () => Promise<void>): Promise<void> {
    const further = async () => {
      arrived = Promise.withResolvers();
      await Promise.race([running.catch(() => {}), arrived.promise]);
    };
    const running: Promise<void> = goOn.run(further, handler);
    await further();
  }

  const signal = new AbortController().signal;
  const turnOf = (workerId: string) =>
    createTurnHandler({
      db,
      clock,
      log: silentLog,
      workerId,
      announcer,
      showTyping() {},
      calendar: weeklyCalendar(db),
      crash() {},
      onTurn() {},
      onLlmCall() {},
      thinker: {
        summarise: async () => ({ kind: "failed", reason: "not asked for here" }),
        think: async ({ turnId }) => {
          const thought = await hold(thinking, { turnId });
          if (thought instanceof Error) throw thought;
          return thought;
        },
      },
    });
  const turns = { w1: turnOf("w1"), w2: turnOf("w2") };
  let onPost: (claim: SendClaim) => Promise<void> = async () => {};
  const deliverOf = () =>
    createDeliverHandler({
      db,
      clock,
      log: silentLog,
      announcer,
      pace: async () => null,
      monotonicMs: () => 0,
      crash() {},
      onSend() {},
      upload: async () => ({ kind: "not_uploaded", why: "Nobody sends files here." }),
      send: async (claim) => {
        await onPost(claim);
        return await hold(sending, { claim });
      },
    });
  const deliveries = { w1: deliverOf(), w2: deliverOf() };

  return {
    ...world,
    thinking,
    sending,
    /** A worker reads a wake-up of the conversation. */
    startTurn: (worker: Worker, conversationId: string) =>
      until(() =>
        turns[worker]({
          entry: { v: 1, organizationId, conversationId, cause: "message" },
          signal,
        }),
      ),
    /** A worker reads that the number has something to send. */
    startDelivery: (worker: Worker) =>
      until(() => deliveries[worker]({ entry: { v: 1, organizationId, integrationId }, signal })),
    /** Called right after each claim, before anything else can happen. */
    watchPosts: (watch: typeof onPost) => {
      onPost = watch;
    },
  };
}

export type Stage = Awaited<ReturnType<typeof createStage>>;
