import type { Identity } from "../deps.ts";
import { newWamid } from "../ids.ts";
import { checkTemplate, headerMediaId } from "../templates/send-check.ts";
import type { World } from "../world.ts";
import type { Addressee } from "./addressee.ts";
import { type GraphRefusal, refusal } from "./errors.ts";
import { FREE_ENTRY_MS, WINDOW_MS } from "./limits.ts";
import { createPriceMeter } from "./pricing.ts";
import type { Content, SendRequest } from "./request.ts";
import { type AcceptedMessage, createStatusPlayer } from "./statuses.ts";

export interface SendCall {
  identity: Identity;
  addressee: Addressee;
  request: SendRequest;
  type: string;
  content: Content;
  /** It is accepted, and fails with this code of Graph's afterwards; null: it does not. */
  failCode: number | null;
}

/** The Graph API's answer to an accepted send. */
export interface SendAnswer {
  messaging_product: "whatsapp";
  contacts: readonly { input: string; wa_id?: string; user_id?: string }[];
  messages: readonly { id: string }[];
}

function isWindowOpen({ person, fate }: Addressee, number: string, nowMs: number): boolean {
  if (fate === "unreachable") return true;
  const wroteAt = person.lastWroteAt.get(number);
  // Never heard of since the simulator started: taken to have just written (see resolveAddressee).
  if (wroteAt === undefined) person.lastWroteAt.set(number, nowMs);
  return wroteAt === undefined || nowMs - wroteAt < WINDOW_MS;
}

/** Begins with our first answer to somebody whom an ad brought within the day. Null: there is none. */
function freeEntryUntil({ person }: Addressee, number: string, nowMs: number): number | null {
  const known = person.freeUntil.get(number);
  if (known !== undefined && nowMs < known) return known;
  const broughtAt = person.broughtAt.get(number);
  if (broughtAt === undefined || nowMs - broughtAt >= WINDOW_MS) return null;
  person.broughtAt.delete(number);
  person.freeUntil.set(number, nowMs + FREE_ENTRY_MS);
  return nowMs + FREE_ENTRY_MS;
}

function answerFor({ input, name, via, person }: Addressee, wamid: string): SendAnswer {
  const phone = via === "phone" ? name : person.phone;
  const contact = {
    input,
    ...(phone === null ? {} : { wa_id: phone }),
    ...(via === "bsuid" ? { user_id: name } : {}),
  };
  return { messaging_product: "whatsapp", contacts: [contact], messages: [{ id: wamid }] };
}

function mediaIdOf(content: Content): string | null {
  if (content.kind === "template") return headerMediaId(content.template.components);
  return content.kind === "other" ? (content.mediaId ?? null) : null;
}

function hasFile(world: World, mediaId: string, { phoneNumberId }: Identity): boolean {
  const file = world.media.find(mediaId, world.deps.clock.now().getTime());
  return file?.phoneNumberId === phoneNumberId;
}

function price(
  priceOf: ReturnType<typeof createPriceMeter>,
  { identity: { phoneNumberId: number }, addressee, content }: SendCall,
  at: Date,
): Pick<AcceptedMessage, "pricing" | "freeUntilMs"> {
  const nowMs = at.getTime();
  const freeUntilMs = freeEntryUntil(addressee, number, nowMs);
  const pricing = priceOf({
    ...{ number, at, inFreeEntry: freeUntilMs !== null },
    templateCategory: content.kind === "template" ? content.category : null,
    inWindow: nowMs - (addressee.person.lastWroteAt.get(number) ?? 0) < WINDOW_MS,
  });
  return { pricing, freeUntilMs };
}

/** Takes a send as Meta would: window, throughput and pair limit on business time, then a wamid. */
export function createSend(world: World): (call: SendCall) => SendAnswer | GraphRefusal {
  const { deps, ledger, pairLimiter, throughputLimiter } = world;
  const priceOf = createPriceMeter();
  const playStatuses = createStatusPlayer(world);

  function objection({ identity, addressee, type }: SendCall, nowMs: number) {
    const number = identity.phoneNumberId;
    if (!throughputLimiter.take(number, nowMs)) {
      return refusal(130429, "Cloud API message throughput has been reached.");
    }
    if (type !== "template" && !isWindowOpen(addressee, number, nowMs)) {
      return refusal(131047, "More than 24 hours have passed since the recipient last replied.");
    }
    if (!pairLimiter.take(`${number}/${addressee.person.id}`, nowMs)) {
      return refusal(131056, "Too many messages to this recipient in a short time.");
    }
    return undefined;
  }

  function accept(call: SendCall, now: Date) {
    const { identity, addressee, request, type, content, failCode } = call;
    const wamid = newWamid(addressee.name);
    const message: AcceptedMessage = {
      identity,
      addressee,
      content,
      failCode,
      ...price(priceOf, call, now),
      replyTo: request.context?.message_id ?? null,
      entry: {
        at: now.toISOString(),
        to: addressee.name,
        wamid,
        phoneNumberId: identity.phoneNumberId,
        type,
        text: content.text,
        callbackData: request.biz_opaque_callback_data ?? null,
        status: addressee.fate === "lost" ? "dropped" : "accepted",
      },
    };
    ledger.add(message.entry);
    playStatuses(message);
    return wamid;
  }

  /** What is sent as the lead reads it, or why Meta does not take the template. */
  function read({ identity, content }: SendCall): Content | GraphRefusal {
    const mediaId = mediaIdOf(content);
    if (mediaId !== null && !hasFile(world, mediaId, identity)) {
      return refusal(100, "Param id is not a valid whatsapp business account media attachment ID.");
    }
    if (content.kind !== "template") return content;
    const checked = checkTemplate(world.templates, identity.wabaId, content.template);
    return "code" in checked ? checked : { ...content, ...checked };
  }

  return (call) => {
    const content = read(call);
    if ("code" in content) return content;
    const now = deps.clock.now();
    const refused = objection(call, now.getTime());
    return refused ?? answerFor(call.addressee, accept({ ...call, content }, now));
  };
}
