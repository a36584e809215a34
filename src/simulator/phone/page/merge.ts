import type { PhoneMessage, Ticks } from "../contract.ts";
import type { ChatMessage } from "./state.ts";

/** Ticks only climb: a late `delivered` never hides a `read`, and any success beats a failure. */
const TICKS_RANK = { pending: 0, failed: 1, sent: 2, delivered: 3, read: 4 } satisfies Record<
  Ticks,
  number
>;

/** The ticks further along the ladder. */
export function higherTicks(left: Ticks, right: Ticks): Ticks {
  return TICKS_RANK[left] >= TICKS_RANK[right] ? left : right;
}

function sameMessage(known: ChatMessage, incoming: PhoneMessage): boolean {
  return (
    known.wamid === incoming.wamid ||
    (incoming.clientRef !== undefined && known.key === incoming.clientRef)
  );
}

function byTime(left: ChatMessage, right: ChatMessage): number {
  return Date.parse(left.at) - Date.parse(right.at);
}

/** What only this page knows about its own message: how to send it again, and why that may be needed. */
function localPart(message: ChatMessage): Partial<ChatMessage> {
  const { outgoing, problem, ticks } = message;
  return {
    ...(outgoing ? { outgoing } : {}),
    ...(problem !== undefined && ticks === "failed" ? { problem } : {}),
  };
}

/** Puts one message from the server into a chat: replaces the bubble it belongs to, or adds one in time order. */
export function mergeMessage(
  messages: readonly ChatMessage[],
  incoming: PhoneMessage,
): readonly ChatMessage[] {
  const known = messages.find((message) => sameMessage(message, incoming));
  const fresh: ChatMessage = { ...incoming, key: incoming.clientRef ?? incoming.wamid };
  if (known === undefined) return [...messages, fresh].sort(byTime);
  const ticks = higherTicks(known.ticks, incoming.ticks);
  const merged = { ...localPart({ ...known, ticks }), ...fresh, key: known.key, ticks };
  return messages.map((message) => (message === known ? merged : message)).sort(byTime);
}

/** Gives a local bubble the id the server answered with; a bubble that already arrived with it wins. */
export function acceptLocal(
  messages: readonly ChatMessage[],
  clientRef: string,
  wamid: string,
): readonly ChatMessage[] {
  const local = messages.find((message) => message.key === clientRef);
  if (local === undefined) return messages;
  const arrived = messages.find((message) => message.wamid === wamid) ?? local;
  const { problem: _solved, ...accepted } = { ...localPart(local), ...arrived };
  return messages
    .filter((message) => message === local || message !== arrived)
    .map((message) => (message === local ? { ...accepted, key: clientRef, wamid } : message));
}
