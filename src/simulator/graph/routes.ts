import { Elysia, t } from "elysia";
import { errorMessage } from "../../lib/errors.ts";
import { sleep } from "../../lib/sleep.ts";
import type { Identity } from "../deps.ts";
import { resetConnection } from "../reset-connection.ts";
import { subjectOf, type World } from "../world.ts";
import { resolveAddressee } from "./addressee.ts";
import { type GraphRefusal, refusal, refusalResponse } from "./errors.ts";
import { type Call, readCall } from "./request.ts";
import { createSend } from "./send.ts";
import { badToken } from "./tokens.ts";

type Send = Extract<Call, { kind: "send" }>;

const detail = {
  tags: ["Simulator: Graph API"],
  summary: "Send a message, or mark one as read",
  description:
    "Behaves like Meta's endpoint of this name: token and id checks, limits, error codes; statuses come by signed webhook. Ids ending in six zeros are not on WhatsApp (131026 by webhook).",
};

function authorize(world: World, phoneNumberId: string, header: string | undefined) {
  const mine = world.tokens.numbersOf(header);
  if (mine.length === 0) return badToken();
  const identity = world.deps.numbers.find((number) => number.phoneNumberId === phoneNumberId);
  if (!identity) {
    return { ...refusal(100, `Object with ID '${phoneNumberId}' does not exist.`), subcode: 33 };
  }
  return mine.includes(identity) ? identity : refusal(10, "This number is not yours.");
}

/** What spoils a send before anything is accepted. */
function spoilBefore(world: World, subject: Parameters<World["faults"]["take"]>[2]) {
  const { faults } = world;
  if (faults.take("graph", "reset_before", subject)) return resetConnection();
  if (faults.take("graph", "http_500", subject)) {
    return refusalResponse(refusal(131000, "Something went wrong."));
  }
  const coded = faults.take("graph", "graph_code", subject);
  if (!coded) return undefined;
  const refused = refusal(coded.code ?? 1, "Asked for by a fault.");
  return refusalResponse({ ...refused, httpStatus: coded.httpStatus ?? refused.httpStatus });
}

/** What becomes of the answer to a send that was accepted, where a fault spoils it. */
function loseAnswer(
  { faults }: World,
  subject: Parameters<World["faults"]["take"]>[2],
  answer: object,
): Response | undefined {
  if (faults.take("graph", "accept_then_drop", subject)) return resetConnection();
  return faults.take("graph", "truncated", subject) ? cutShort(answer) : undefined;
}

/** The first half of an answer, as a proxy that dies in the middle would leave it. */
function cutShort(answer: object): Response {
  const body = JSON.stringify(answer);
  const headers = { "content-type": "application/json" };
  return new Response(body.slice(0, body.length / 2), { headers });
}

/**
 * Meta's `POST /{version}/{phone-number-id}/messages`. Faults hit sends only, not read receipts;
 * `slow`, `accept_then_drop`, `truncated` and `fail_later` hit what was accepted.
 */
export function graphRoutes(world: World) {
  const send = createSend(world);

  async function handleSend(identity: Identity, call: Send, giveTime: (ms: number) => void) {
    const addressee = resolveAddressee(call.request, identity, world.people);
    if ("code" in addressee) return refusalResponse(addressee);
    const subject = {
      ...subjectOf(addressee.person, identity, world.people),
      text: call.content.text,
    };
    const spoiled = spoilBefore(world, subject);
    if (spoiled) return spoiled;
    const failCode = world.faults.take("graph", "fail_later", subject)?.code ?? null;
    const answer = send({ identity, addressee, ...call, failCode });
    if ("code" in answer) return refusalResponse(answer);
    const lost = loseAnswer(world, subject, answer);
    if (lost) return lost;
    const slow = world.faults.take("graph", "slow", subject);
    if (slow?.delayMs !== undefined) {
      giveTime(slow.delayMs);
      await sleep(slow.delayMs, world.lifetime.signal());
    }
    return Response.json(answer);
  }

  function handleRead(identity: Identity, { wamid, typing }: Extract<Call, { kind: "read" }>) {
    const known = world.chats.markRead(wamid, identity);
    if (known && typing) world.chats.showTyping(wamid);
    return Response.json({ success: true });
  }

  return new Elysia({ prefix: "/graph" })
    .onError(({ error }) => refusalResponse(refusal(100, errorMessage(error))))
    .post(
      "/:version/:phoneNumberId/messages",
      ({ body, headers, params, request, server }): Response | Promise<Response> => {
        const identity = authorize(world, params.phoneNumberId, headers["authorization"]);
        if (isRefusal(identity)) return refusalResponse(identity);
        const call = readCall(body);
        if (call.kind === "refused") return refusalResponse(call.refusal);
        if (call.kind === "read") return handleRead(identity, call);
        return handleSend(identity, call, (ms) => server?.timeout(request, secondsFor(ms)));
      },
      {
        params: t.Object({ version: t.String(), phoneNumberId: t.String() }),
        body: t.Unknown(),
        detail,
      },
    );
}

function isRefusal(value: Identity | GraphRefusal): value is GraphRefusal {
  return "httpStatus" in value;
}

/** Bun closes a silent connection after 10 s unless told otherwise; its limit is 255 s. */
function secondsFor(delayMs: number): number {
  return Math.min(255, Math.ceil(delayMs / 1_000) + 10);
}
