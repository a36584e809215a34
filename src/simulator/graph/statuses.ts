import { sleep } from "../../lib/sleep.ts";
import type { Identity } from "../deps.ts";
import type { PhoneMessage } from "../phone/contract.ts";
import { changeValue, contactOf, type JsonObject } from "../webhooks/envelope.ts";
import { subjectOf, unixSeconds, type World } from "../world.ts";
import type { Addressee } from "./addressee.ts";
import { refusal } from "./errors.ts";
import type { LedgerEntry } from "./ledger.ts";
import type { Pricing } from "./pricing.ts";
import type { Content } from "./request.ts";

/** A send that got its wamid, and what becomes of it. */
export interface AcceptedMessage {
  identity: Identity;
  addressee: Addressee;
  entry: LedgerEntry;
  content: Content;
  pricing: Pricing;
  /** End of the free entry point that it is in, epoch ms; null: in none. */
  freeUntilMs: number | null;
  failCode: number | null;
  replyTo: string | null;
}

type Status = "sent" | "delivered" | "read" | "failed";
type StatusWorld = Pick<
  World,
  "deps" | "settings" | "faults" | "people" | "chats" | "outbox" | "lifetime"
>;

const UNDELIVERABLE = 131026;

/** The error object of a `failed` status. */
function failureOf({ failCode }: AcceptedMessage): JsonObject {
  const { code, title, details } = refusal(failCode ?? UNDELIVERABLE, "Message Undeliverable.");
  return {
    code,
    title,
    message: title,
    error_data: { details },
    href: "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
  };
}

/** Who got it. The phone number is left out when a BSUID was addressed and the person hides it. */
function recipientOf({ addressee }: AcceptedMessage, bsuid: string, status: Status): JsonObject {
  const phone = addressee.via === "phone" ? addressee.name : addressee.person.phone;
  const sentToPhone = addressee.via === "phone";
  return {
    ...(phone === null ? {} : { recipient_id: phone }),
    ...(status === "failed" && sentToPhone ? {} : { recipient_user_id: bsuid }),
  };
}

/** Since v24.0 statuses tell of a conversation inside of a free entry point only. */
function entryPoint({ entry, freeUntilMs }: AcceptedMessage): JsonObject {
  return {
    id: entry.wamid,
    origin: { type: "referral_conversion" },
    expiration_timestamp: unixSeconds(new Date(freeUntilMs ?? 0)),
  };
}

function statusValue(message: AcceptedMessage, status: Status, at: Date, bsuid: string) {
  const { identity, entry, pricing, addressee, freeUntilMs } = message;
  const { callbackData } = entry;
  const priced = status === "sent" || status === "delivered";
  const row: JsonObject = {
    id: entry.wamid,
    status,
    timestamp: unixSeconds(at),
    ...recipientOf(message, bsuid, status),
    ...(callbackData === null ? {} : { biz_opaque_callback_data: callbackData }),
    ...(priced ? { pricing } : {}),
    ...(status === "sent" && freeUntilMs !== null ? { conversation: entryPoint(message) } : {}),
    ...(status === "failed" ? { errors: [failureOf(message)] } : {}),
  };
  const contacts = status === "failed" ? {} : { contacts: [contactOf(addressee.person, bsuid)] };
  return changeValue(identity, { ...contacts, statuses: [row] });
}

function onPhone({ entry, content, replyTo }: AcceptedMessage): PhoneMessage {
  const base = {
    wamid: entry.wamid,
    at: entry.at,
    from: "business",
    text: content.text,
    ticks: "delivered",
    ...(replyTo === null ? {} : { replyTo }),
  } as const;
  switch (content.kind) {
    case "buttons":
      return { ...base, kind: "buttons", buttons: content.buttons };
    case "list":
      return { ...base, kind: "list", list: { button: content.button, rows: content.rows } };
    case "text":
    case "template":
      return { ...base, kind: "text" };
    case "other":
      return { ...base, kind: "other" };
  }
}

/** Lets an accepted message run through sent, delivered and read, or fail, in real time. */
export function createStatusPlayer(world: StatusWorld): (message: AcceptedMessage) => void {
  const { faults, people, chats, outbox } = world;

  function report(message: AcceptedMessage, status: Status): void {
    const { identity, addressee, entry } = message;
    entry.status = status;
    const bsuid = people.bsuidIn(addressee.person, identity.portfolioId);
    const about = subjectOf(addressee.person, identity, people);
    if (status === "delivered" && faults.take("webhooks", "skip_delivered", about)) return;
    const value = statusValue(message, status, world.deps.clock.now(), bsuid);
    world.lifetime.spawn("status", () => outbox.post({ identity, value, isStatus: true, about }));
  }

  async function play(message: AcceptedMessage, signal: AbortSignal): Promise<void> {
    const { sent, delivered, read } = world.settings.statusDelayMs;
    await sleep(sent, signal);
    if (signal.aborted) return;
    const fails = message.addressee.fate === "unreachable" || message.failCode !== null;
    if (fails) return report(message, "failed");
    report(message, "sent");
    await sleep(delivered - sent, signal);
    if (signal.aborted) return;
    chats.put(message.addressee.person, message.identity, onPhone(message));
    report(message, "delivered");
    await sleep(read - delivered, signal);
    if (!signal.aborted) report(message, "read");
  }

  return (message) => {
    if (message.addressee.fate === "lost") return;
    world.lifetime.spawn("statuses", (signal) => play(message, signal));
  };
}
