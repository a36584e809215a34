import { Elysia, t } from "elysia";
import { withDeadline } from "../../lib/deadline.ts";
import { newWamid } from "../ids.ts";
import { businessDigits, changeValue } from "../webhooks/envelope.ts";
import { subjectOf, unixSeconds, type World } from "../world.ts";
import { identityOf, personOf } from "./messages.ts";
import { strictly } from "./strictly.ts";

const strict = { additionalProperties: false };
const EchoBody = t.Object(
  {
    to: t.String({ description: "Persona id, phone number or BSUID of who is written to." }),
    text: t.String({ minLength: 1, maxLength: 4_096 }),
    phoneNumberId: t.Optional(t.String({ description: "The business number written from." })),
  },
  strict,
);
const EchoQuery = t.Object({ wait: t.Optional(t.Literal("webhook")) }, strict);

const WAIT_DEADLINE_MS = 60_000;

/** Coexistence: a colleague answers in the WhatsApp Business app, and Meta echoes it to us. */
export function echoRoutes(world: World) {
  return new Elysia().post(
    "/echoes",
    async ({ body, query }) => {
      const identity = identityOf(world, body.phoneNumberId);
      const person = personOf(world, body.to);
      const bsuid = world.people.bsuidIn(person, identity.portfolioId);
      const now = world.deps.clock.now();
      const [wamid, at] = [newWamid(person.phone ?? bsuid), now.toISOString()];
      const echo = {
        from: businessDigits(identity),
        ...(person.phone !== null && { to: person.phone }),
        to_user_id: bsuid,
        id: wamid,
        timestamp: unixSeconds(now),
        type: "text",
        text: { body: body.text },
      };
      const shown = { kind: "text", text: body.text, from: "business", ticks: "sent" } as const;
      world.chats.put(person, identity, { wamid, at, ...shown });
      const delivered = world.outbox.post({
        identity,
        field: "smb_message_echoes",
        value: changeValue(identity, { message_echoes: [echo] }),
        isStatus: false,
        about: subjectOf(person, identity, world.people),
      });
      if (query.wait === undefined) return { wamid, at };
      const taken = await withDeadline(delivered, WAIT_DEADLINE_MS, "The webhook");
      return { wamid, at, delivered: taken };
    },
    {
      transform: strictly({ body: EchoBody, query: EchoQuery }),
      body: EchoBody,
      query: EchoQuery,
      detail: {
        tags: ["Simulator: control"],
        summary: "A colleague writes from the WhatsApp Business app",
        description: "Shows on the lead's phone and is echoed to the webhook (smb_message_echoes).",
      },
    },
  );
}
