import { errorMessage } from "../../lib/errors.ts";
import type { Log } from "../../lib/log.ts";
import { sleep } from "../../lib/sleep.ts";
import { signBody } from "../../whatsapp/signature.ts";
import type { Identity } from "../deps.ts";
import { encodeLikeMeta } from "./encode.ts";
import { envelope } from "./envelope.ts";
import type { WebhookItem } from "./parcel.ts";

/** Meta retries for days; about three minutes outlast every outage a test plays. */
const MAX_ATTEMPTS = 40;
const MAX_RETRY_DELAY_MS = 5_000;
const POST_DEADLINE_MS = 10_000;
const MAX_CONCURRENT_POSTS = 64;
/** POSTs waiting for a slot or a retry; beyond it webhooks are lost, as they are at Meta. */
const MAX_WAITING = 20_000;

export interface WebhookSender {
  /** Delivers one signed POST; true once it was answered 200, false when given up or aborted. */
  send(identity: Identity, items: readonly WebhookItem[], signal: AbortSignal): Promise<boolean>;
}

interface Slots {
  take(): Promise<void>;
  free(): void;
}

function createSlots(count: number): Slots {
  let free = count;
  const waiting: (() => void)[] = [];
  return {
    take() {
      if (free > 0) {
        free -= 1;
        return Promise.resolve();
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push(resolve);
      return promise;
    },
    free() {
      const next = waiting.shift();
      if (next) next();
      else free += 1;
    },
  };
}

export function createWebhookSender(log: Log, firstRetryDelayMs: number): WebhookSender {
  const slots = createSlots(MAX_CONCURRENT_POSTS);
  let waiting = 0;

  async function post(identity: Identity, body: Uint8Array<ArrayBuffer>, signal: AbortSignal) {
    await slots.take();
    try {
      if (signal.aborted) return "aborted";
      const answer = await fetch(identity.webhookUrl, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "user-agent": "facebookexternalua",
          "x-hub-signature-256": signBody(identity.appSecret, body),
        },
        body,
        redirect: "manual",
        signal: AbortSignal.any([signal, AbortSignal.timeout(POST_DEADLINE_MS)]),
      });
      await answer.arrayBuffer();
      return String(answer.status);
    } catch (error) {
      return errorMessage(error);
    } finally {
      slots.free();
    }
  }

  async function deliver(identity: Identity, items: readonly WebhookItem[], signal: AbortSignal) {
    const body = encodeLikeMeta(envelope(identity, items));
    for (let attempt = 1; attempt <= MAX_ATTEMPTS && !signal.aborted; attempt += 1) {
      const outcome = await post(identity, body, signal);
      if (outcome === "200") return true;
      log.debug({ attempt, outcome }, "simulator: the webhook was not answered 200");
      await sleep(Math.min(firstRetryDelayMs * 2 ** (attempt - 1), MAX_RETRY_DELAY_MS), signal);
    }
    if (!signal.aborted) log.warn({ attempts: MAX_ATTEMPTS }, "simulator: gave a webhook up");
    return false;
  }

  return {
    async send(identity, items, signal) {
      if (waiting >= MAX_WAITING) {
        log.warn({ waiting }, "simulator: too many webhooks wait, one is lost");
        return false;
      }
      waiting += 1;
      try {
        return await deliver(identity, items, signal);
      } finally {
        waiting -= 1;
      }
    },
  };
}
