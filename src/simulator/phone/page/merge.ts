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

/** Puts one message from the server into a chat: replaces the bubble it belongs to, or adds one in time order. */
export function mergeMessage(
  messages: readonly ChatMessage[],
  incoming: PhoneMessage,
): readonly ChatMessage[] {
  const known = messages.find((message) => sameMessage(message, incoming));
  const fresh: ChatMessage = { ...incoming, key: incoming.clientRef ?? incoming.wamid };
  if (known === undefined) return [...messages, fresh].sort(byTime);
  const ticks = higherTicks(known.ticks, incoming.ticks);
  const merged: ChatMessage = { ...fresh, key: known.key, ticks };
  if (ticks === "failed" && known.outgoing) merged.outgoing = known.outgoing;
  if (ticks === "failed" && known.problem) merged.problem = known.problem;
  return messages.map((message) => (message === known ? merged : message)).sort(byTime);
}

/** Gives a local bubble the id the server answered with; a bubble that already arrived with it wins. */
export function acceptLocal(
  messages: readonly ChatMessage[],
  clientRef: string,
  wamid: string,
): readonly ChatMessage[] {
  const arrived = messages.find((message) => message.wamid === wamid);
  if (arrived && arrived.key !== clientRef) {
    return messages
      .filter((message) => message.key !== clientRef)
      .map((message) => (message === arrived ? { ...arrived, key: clientRef } : message));
  }
  return messages.map((message) => {
    if (message.key !== clientRef) return message;
    const { outgoing: _sent, problem: _solved, ...accepted } = message;
    return { ...accepted, wamid };
  });
}
