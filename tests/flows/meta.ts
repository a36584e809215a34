import { Elysia } from "elysia";
import type { SendClaim } from "../../src/flows/deliver/claim.ts";
import type { FileToUpload } from "../../src/flows/deliver/upload.ts";
import type { FaultSpec } from "../../src/simulator/faults.ts";
import type { LedgerEntry } from "../../src/simulator/graph/ledger.ts";
import { createSimulator } from "../../src/simulator/simulator.ts";
import { callbackDataOf } from "../../src/whatsapp/callback-data.ts";
import { createGraphClient } from "../../src/whatsapp/client.ts";
import type { ReceiptItem } from "../../src/whatsapp/payload.ts";
import { splitWebhook } from "../../src/whatsapp/webhook.ts";
import { silentLog } from "../support/servers.ts";
import type { World } from "./world.ts";

const ACCESS_TOKEN = "EAAG-of-the-send-matrix";
const PHONE_NUMBER_ID = "100";

/**
 * The simulator as the world's Meta, over HTTP with the real client: sends go to it, and its signed
 * statuses come back as receipts, unless they are held.
 */
export async function connectMeta(world: World) {
  const held: ReceiptItem[] = [];
  const state = { hold: false };
  const receiver = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) => {
      const items = splitWebhook(await request.json(), new Date().toISOString());
      const receipts = items.flatMap(({ item }) => (item.kind === "receipt" ? [item] : []));
      if (state.hold) held.push(...receipts);
      else await world.receipt(...receipts);
      return new Response();
    },
  });
  const simulator = createSimulator({
    clock: world.clock,
    advanceClock: async () => {},
    log: silentLog,
    numbers: [
      {
        phoneNumberId: PHONE_NUMBER_ID,
        wabaId: "waba",
        portfolioId: "portfolio",
        displayPhoneNumber: "+1 415 555 0999",
        businessName: "Northwind",
        organizationId: world.organizationId,
        accessToken: ACCESS_TOKEN,
        appSecret: "secret-of-the-app",
        verifyToken: "verify-me",
        webhookUrl: `http://127.0.0.1:${receiver.port}/`,
      },
    ],
    templates: [
      {
        ...{ wabaId: "waba", name: "offer", language: "en", category: "UTILITY" },
        status: "APPROVED",
        components: [
          { type: "HEADER", format: "IMAGE" },
          { type: "BODY", text: "Hello {{1}}, look." },
          {
            type: "BUTTONS",
            buttons: [
              { type: "QUICK_REPLY", text: "Yes" },
              { type: "URL", text: "Open", url: "https://northwind.example/{{1}}" },
            ],
          },
        ],
      },
    ],
    settings: { statusDelayMs: { sent: 1, delivered: 5, read: 10 }, webhookRetryDelayMs: 10 },
  });
  const app = new Elysia().use(simulator.app).listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${app.server?.port}/simulator`;
  const api = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${url}/api/${path}`, {
      method,
      ...(body && {
        body: JSON.stringify(body),
        headers: { "content-type": "application/json" },
      }),
    });
    if (!answer.ok) throw new Error(await answer.text());
    return await answer.json();
  };

  return {
    /** One POST, to Meta or to wherever `graphUrl` says. */
    post: (claim: SendClaim, { graphUrl = `${url}/graph`, deadlineMs = 5_000 } = {}) =>
      createGraphClient({ graphUrl, version: "v25.0" }).send({
        phoneNumberId: claim.phoneNumberId,
        accessToken: ACCESS_TOKEN,
        message: {
          to: { phone: claim.phone, bsuid: claim.bsuid },
          content: claim.content ?? { type: "text", body: claim.text ?? "" },
          replyToWamid: claim.replyToWamid,
          metaMediaId: claim.metaMediaId,
        },
        callbackData: callbackDataOf(claim.messageId, claim.attempt),
        deadlineMs,
        signal: new AbortController().signal,
      }),
    /** One upload to Meta. */
    upload: ({ phoneNumberId, mimeType, filename }: FileToUpload, bytes: Uint8Array<ArrayBuffer>) =>
      createGraphClient({ graphUrl: `${url}/graph`, version: "v25.0" }).upload({
        ...{ phoneNumberId, accessToken: ACCESS_TOKEN, bytes, mimeType, filename },
        ...{ deadlineMs: 5_000, signal: new AbortController().signal },
      }),
    fault: (fault: Omit<FaultSpec, "target">) =>
      api("POST", "faults", { target: "graph", count: 1, ...fault }),
    ledger: async (): Promise<LedgerEntry[]> => (await api("GET", "ledger")).data,
    /** Statuses wait here from now on. */
    hold: () => {
      state.hold = true;
    },
    /** They come after all. */
    release: async () => {
      state.hold = false;
      if (held.length > 0) await world.receipt(...held.splice(0));
    },
    stop: async () => {
      await simulator.stop();
      await app.stop(true);
      await receiver.stop(true);
    },
  };
}

export type Meta = Awaited<ReturnType<typeof connectMeta>>;
