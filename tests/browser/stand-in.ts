import { Value } from "@sinclair/typebox/value";
import { Elysia, t } from "elysia";
import { createShiftedClock } from "../../src/lib/clock.ts";
import type { Log } from "../../src/lib/log.ts";
import type { Identity } from "../../src/simulator/deps.ts";
import { phonePage } from "../../src/simulator/phone/serve.ts";
import { createSimulator } from "../../src/simulator/simulator.ts";

const Webhook = t.Object({
  entry: t.Array(
    t.Object({
      changes: t.Array(
        t.Object({
          value: t.Object({
            messages: t.Optional(
              t.Array(
                t.Object({
                  id: t.String(),
                  from: t.Optional(t.String()),
                  from_user_id: t.Optional(t.String()),
                }),
              ),
            ),
          }),
        }),
      ),
    }),
  ),
});

const REPLY = {
  type: "interactive",
  interactive: {
    type: "button",
    body: { text: "A Home 4 kW system is $6,900 installed. Shall I book the free site visit?" },
    action: {
      buttons: [
        { type: "reply", reply: { id: "book", title: "Book a visit" } },
        { type: "reply", reply: { id: "ask", title: "I have a question" } },
      ],
    },
  },
};

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Speaks to the simulator's Graph API as Leadline does: read with typing, then one reply. */
async function answerThrough(graphUrl: string, accessToken: string, webhook: unknown) {
  const post = (body: Record<string, unknown>) =>
    fetch(graphUrl, {
      method: "POST",
      headers: { authorization: `Bearer ${accessToken}`, "content-type": "application/json" },
      body: JSON.stringify({ messaging_product: "whatsapp", ...body }),
    });
  const { entry } = Value.Decode(Webhook, webhook);
  const changes = entry.flatMap((each) => each.changes);
  for (const message of changes.flatMap(({ value }) => value.messages ?? [])) {
    const typing_indicator = { type: "text" };
    await post({ status: "read", message_id: message.id, typing_indicator });
    const { from, from_user_id: recipient } = message;
    await post({ ...(from === undefined ? { recipient } : { to: from }), ...REPLY });
  }
}

/** The real simulator and its page, with a business behind the webhook that gives everybody one answer. */
export function startStandIn(): { url: string; stop(): Promise<void> } {
  const clock = createShiftedClock();
  let offsetMs = 0;
  const identity: Identity = {
    webhookUrl: "",
    phoneNumberId: "100200300",
    wabaId: "400500600",
    portfolioId: "700800900",
    businessName: "Northwind Solar",
    displayPhoneNumber: "+1 555 010 0000",
    appSecret: "app-secret",
    verifyToken: "verify-token",
    organizationId: "0190a000-0000-7000-8000-000000000001",
    accessToken: "access-token",
  };
  const business = new Elysia()
    .post("/webhook", ({ body, server }) => {
      const graphUrl = `${server?.url.origin}/simulator/graph/v24.0/${identity.phoneNumberId}/messages`;
      void answerThrough(graphUrl, identity.accessToken, body);
      return "";
    })
    .listen({ port: 0, hostname: "127.0.0.1" });
  const url = `http://127.0.0.1:${business.server?.port}`;
  const simulator = createSimulator({
    clock,
    advanceClock: async (advanceMs) => {
      offsetMs += advanceMs;
      clock.setOffsetMs(offsetMs);
    },
    log: silent,
    numbers: [{ ...identity, webhookUrl: `${url}/webhook` }],
  });
  business.use(phonePage()).use(simulator.app);
  return {
    url,
    stop: async () => {
      await simulator.stop();
      await business.stop(true);
    },
  };
}
