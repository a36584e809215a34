import type { PhoneMessage, PhoneSend } from "../contract.ts";
import type { ChatMessage } from "./state.ts";

/** The bubble shown at once for something the person sent; `wamid` is the clientRef until the server answers. */
export function localMessage(send: PhoneSend, at: Date): PhoneMessage {
  const base = {
    wamid: send.clientRef,
    clientRef: send.clientRef,
    at: at.toISOString(),
    from: "lead",
    ticks: "pending",
  } as const;
  if ("text" in send) return { ...base, kind: "text", text: send.text };
  return { ...base, kind: send.type, text: send.title, replyTo: send.context };
}

/** Whether the server does not know this message yet: until it answers, the clientRef is its id. */
export function isUnposted({ outgoing, wamid }: ChatMessage): boolean {
  return outgoing?.clientRef === wamid;
}

/** The oldest own message still to be posted: posts go one at a time so that their order holds. */
export function nextToSend(messages: readonly ChatMessage[]): PhoneSend | undefined {
  return messages.find((message) => message.ticks === "pending" && isUnposted(message))?.outgoing;
}
