import type { Static } from "@sinclair/typebox";
import { Elysia, t } from "elysia";
import { withDeadline } from "../../lib/deadline.ts";
import { AppError } from "../../lib/errors.ts";
import type { Identity } from "../deps.ts";
import type { Person } from "../people.ts";
import { createLeadSend } from "../phone/lead.ts";
import type { World } from "../world.ts";
import { leadContent } from "./lead-kinds.ts";
import { MessageBody } from "./schemas.ts";
import { strictly } from "./strictly.ts";

const MessageQuery = t.Object(
  { wait: t.Optional(t.Literal("webhook")) },
  { additionalProperties: false },
);
type Body = Static<typeof MessageBody>;

const WAIT_DEADLINE_MS = 60_000;

/** The business number of that id; the first one if none is named. */
export function identityOf({ deps }: Pick<World, "deps">, phoneNumberId?: string): Identity {
  if (phoneNumberId === undefined) return deps.numbers[0];
  const identity = deps.numbers.find((number) => number.phoneNumberId === phoneNumberId);
  if (identity) return identity;
  throw new AppError("not_found", `phoneNumberId: no simulated number has ${phoneNumberId}.`);
}

/** Whoever has this persona id, phone number or BSUID. */
export function personOf({ people }: Pick<World, "people">, name: string): Person {
  const person = people.find(name.replace(/^\+/, ""));
  if (person) return person;
  throw new AppError("not_found", `There is no persona, phone number or BSUID ${name} here.`);
}

function senderOf(world: World, body: Body, { portfolioId }: Identity): Person {
  const { persona, from, name, username } = body;
  if ((persona === undefined) === (from === undefined)) {
    throw new AppError("invalid_input", "from: say who writes, by either persona or from.");
  }
  if (from === undefined) return personOf(world, persona ?? "");
  const address =
    typeof from === "string"
      ? { phone: from.replace(/^\+/, ""), bsuid: null }
      : { phone: null, bsuid: from.bsuid };
  return world.people.meet({
    ...address,
    portfolioId,
    ...(name === undefined ? {} : { name }),
    ...(username === undefined ? {} : { username }),
  });
}

/** Lets a lead write to a business number. */
export function messageRoutes(world: World) {
  const sendAsLead = createLeadSend(world);
  return new Elysia().post(
    "/messages",
    async ({ body, query }) => {
      const identity = identityOf(world, body.phoneNumberId);
      const content = leadContent(body);
      const person = senderOf(world, body, identity);
      const { context, clientRef } = body;
      const { wamid, at, delivered } = sendAsLead({
        person,
        identity,
        content,
        ...(context === undefined ? {} : { context }),
        ...(clientRef === undefined ? {} : { clientRef }),
      });
      if (query.wait === undefined) return { wamid, at };
      const taken = await withDeadline(delivered, WAIT_DEADLINE_MS, "The webhook");
      return { wamid, at, delivered: taken };
    },
    {
      transform: strictly({ body: MessageBody, query: MessageQuery }),
      body: MessageBody,
      query: MessageQuery,
      detail: {
        tags: ["Simulator: control"],
        summary: "A lead writes: sent as a signed webhook",
        description:
          "Who writes: a persona, a phone number, or {bsuid}. With ?wait=webhook the answer comes once the webhook was answered 200.",
      },
    },
  );
}
