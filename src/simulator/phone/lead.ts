import { AppError } from "../../lib/errors.ts";
import { isJsonObject } from "../../lib/json.ts";
import { createBoundedMap } from "../bounded.ts";
import type { Identity } from "../deps.ts";
import { newWamid } from "../ids.ts";
import type { Person } from "../people.ts";
import { businessDigits, changeValue, contactOf, type JsonObject } from "../webhooks/envelope.ts";
import { subjectOf, unixSeconds, type World } from "../world.ts";
import type { PhoneMessage } from "./contract.ts";

/** What a lead does on their phone. */
export interface LeadContent {
  /** As the control API names it. */
  type: string;
  /** The message object as Meta would send it; ids and time are added. */
  message: JsonObject;
  /** How it looks on the phone; null: it is no bubble of its own. */
  bubble: Pick<PhoneMessage, "kind" | "text"> | null;
  forwarded: boolean;
  /** The message that is changed, and what becomes of it on the phone. */
  change: { wamid: string; becomes(shown: PhoneMessage): PhoneMessage } | null;
  /** WhatsApp's own news: who the person is from now on. */
  becomes: { phone: string | null; bsuid: string | null } | null;
}

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

function rawId({ message }: LeadContent): string | undefined {
  const { id } = message;
  return typeof id === "string" && id !== "" ? id : undefined;
}

function contextOf({ identity, content, context }: LeadMessage): JsonObject {
  const fields = {
    ...(context !== undefined && { from: businessDigits(identity), id: context }),
    ...(content.forwarded && { forwarded: true }),
  };
  return Object.keys(fields).length === 0 ? {} : { context: fields };
}

function inboundValue(message: LeadMessage, wamid: string, at: Date, bsuid: string): JsonObject {
  const { person, identity, content } = message;
  const phone = person.phone === null ? {} : { from: person.phone };
  const row = {
    ...phone,
    from_user_id: bsuid,
    id: wamid,
    timestamp: unixSeconds(at),
    ...contextOf(message),
    ...content.message,
  };
  const contacts = content.becomes === null ? { contacts: [contactOf(person, bsuid)] } : {};
  return changeValue(identity, { ...contacts, messages: [row] });
}

/** Lets a lead send a message: it shows on their phone and leaves as a signed webhook. */
export function createLeadSend(world: LeadWorld): (message: LeadMessage) => SentByLead {
  const { chats, outbox, people } = world;
  const byClientRef = createBoundedMap<string, SentByLead>(MAX_CLIENT_REFS);

  function show(message: LeadMessage, wamid: string, now: Date): void {
    const { person, identity, content, context, clientRef } = message;
    const { bubble, change } = content;
    const shown = chats.read(person, identity).find((one) => one.wamid === change?.wamid);
    if (shown && change) chats.put(person, identity, change.becomes(shown));
    if (bubble === null) return;
    person.lastWroteAt.set(identity.phoneNumberId, now.getTime());
    if (isJsonObject(content.message["referral"])) {
      person.broughtAt.set(identity.phoneNumberId, now.getTime());
    }
    chats.put(person, identity, {
      wamid,
      at: now.toISOString(),
      from: "lead",
      ticks: "pending",
      ...bubble,
      ...(context === undefined ? {} : { replyTo: context }),
      ...(clientRef === undefined ? {} : { clientRef }),
    });
  }

  function post(message: LeadMessage): SentByLead {
    const { person, identity, content, clientRef } = message;
    const now = world.deps.clock.now();
    const at = now.toISOString();
    const bsuid = people.bsuidIn(person, identity.portfolioId);
    const wamid = rawId(content) ?? newWamid(person.phone ?? bsuid);
    show(message, wamid, now);
    const value = inboundValue(message, wamid, now, bsuid);
    const about = subjectOf(person, identity, people);
    if (content.becomes !== null) people.rename(person, identity.portfolioId, content.becomes);
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
    if (content.type === "text" && (content.bubble?.text.length ?? 0) > 4_096) {
      throw new AppError("invalid_input", "A WhatsApp text has at most 4,096 characters.");
    }
    const known = clientRef === undefined ? undefined : byClientRef.get(clientRef);
    if (known) return known;
    const sent = post(message);
    if (clientRef !== undefined) byClientRef.set(clientRef, sent);
    return sent;
  };
}
