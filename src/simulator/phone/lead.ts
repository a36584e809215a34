import { AppError } from "../../lib/errors.ts";
import { createBoundedMap } from "../bounded.ts";
import type { Identity } from "../deps.ts";
import { newWamid } from "../ids.ts";
import type { Person } from "../people.ts";
import { businessDigits, changeValue, contactOf, type JsonObject } from "../webhooks/envelope.ts";
import { subjectOf, unixSeconds, type World } from "../world.ts";
import type { PhoneMessage } from "./contract.ts";

/** What a lead does on their phone. `raw` passes any message object through as Meta would send it. */
export type LeadContent =
  | { type: "text"; text: string }
  | { type: "button_reply"; id: string; title: string }
  | { type: "list_reply"; id: string; title: string; description?: string }
  | { type: "raw"; message: JsonObject };

export interface LeadMessage {
  person: Person;
  identity: Identity;
  content: LeadContent;
  /** wamid of the business message this one answers. */
  context?: string;
  /** Names the message on the sender's side: sent again, it is the same message, unless it failed. */
  clientRef?: string;
}

export interface SentByLead {
  wamid: string;
  /** ISO 8601, business time. */
  at: string;
  /** True once the webhook was answered 200, false when it was given up. */
  delivered: Promise<boolean>;
}

type LeadWorld = Pick<World, "deps" | "people" | "chats" | "outbox" | "lifetime">;

const MAX_CLIENT_REFS = 10_000;

function messageContent(content: LeadContent): JsonObject {
  switch (content.type) {
    case "text":
      return { type: "text", text: { body: content.text } };
    case "button_reply":
    case "list_reply": {
      const { type, ...reply } = content;
      return { type: "interactive", interactive: { type, [type]: reply } };
    }
    case "raw":
      return content.message;
  }
}

function onPhone(content: LeadContent): Pick<PhoneMessage, "kind" | "text"> {
  switch (content.type) {
    case "text":
      return { kind: "text", text: content.text };
    case "button_reply":
    case "list_reply":
      return { kind: content.type, text: content.title };
    case "raw":
      return { kind: "other", text: `[${String(content.message["type"] ?? "message")}]` };
  }
}

function rawId(content: LeadContent): string | undefined {
  const id = content.type === "raw" ? content.message["id"] : undefined;
  return typeof id === "string" && id !== "" ? id : undefined;
}

function inboundValue(message: LeadMessage, wamid: string, at: Date, bsuid: string): JsonObject {
  const { person, identity, content, context } = message;
  const phone = person.phone === null ? {} : { from: person.phone };
  const quoted =
    context === undefined ? {} : { context: { from: businessDigits(identity), id: context } };
  const row = {
    ...phone,
    from_user_id: bsuid,
    id: wamid,
    timestamp: unixSeconds(at),
    ...quoted,
    ...messageContent(content),
  };
  return changeValue(identity, { contacts: [contactOf(person, bsuid)], messages: [row] });
}

/** Lets a lead send a message: it shows on their phone and leaves as a signed webhook. */
export function createLeadSend(world: LeadWorld): (message: LeadMessage) => SentByLead {
  const { chats, outbox, people } = world;
  const byClientRef = createBoundedMap<string, SentByLead>(MAX_CLIENT_REFS);

  function post(message: LeadMessage): SentByLead {
    const { person, identity, content, context, clientRef } = message;
    const now = world.deps.clock.now();
    const at = now.toISOString();
    const bsuid = people.bsuidIn(person, identity.portfolioId);
    const wamid = rawId(content) ?? newWamid(person.phone ?? bsuid);
    person.lastWroteAt.set(identity.phoneNumberId, now.getTime());
    chats.put(person, identity, {
      wamid,
      at,
      from: "lead",
      ticks: "pending",
      ...onPhone(content),
      ...(context === undefined ? {} : { replyTo: context }),
      ...(clientRef === undefined ? {} : { clientRef }),
    });
    const value = inboundValue(message, wamid, now, bsuid);
    const about = subjectOf(person, identity, people);
    const delivered = outbox.post({ identity, value, isStatus: false, about });
    world.lifetime.spawn("lead's message", async () => {
      const arrived = await delivered;
      chats.tick(wamid, arrived ? "delivered" : "failed");
      if (!arrived && clientRef !== undefined) byClientRef.delete(clientRef);
    });
    return { wamid, at, delivered };
  }

  return (message) => {
    const { clientRef, content } = message;
    if (content.type === "text" && content.text.length > 4_096) {
      throw new AppError("invalid_input", "A WhatsApp text has at most 4,096 characters.");
    }
    const known = clientRef === undefined ? undefined : byClientRef.get(clientRef);
    if (known) return known;
    const sent = post(message);
    if (clientRef !== undefined) byClientRef.set(clientRef, sent);
    return sent;
  };
}
