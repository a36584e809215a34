import type { Conversation, ConversationRow, Message } from "../../../src/dashboard/api/calls.ts";
import { newId } from "../../../src/lib/ids.ts";
import type { EventFrame } from "../../../src/realtime/protocol.ts";

const noon = "2026-11-22T12:00:00.000Z";

export function message(part: Partial<Message> = {}): Message {
  return {
    id: "m1",
    conversationId: "c1",
    seq: 1,
    direction: "in",
    author: "lead",
    sentBy: null,
    kind: "text",
    text: "Hi",
    content: null,
    state: "received",
    errorCode: null,
    errorText: null,
    cancelReason: null,
    wamid: null,
    replyToWamid: null,
    resendOf: null,
    doubtAt: null,
    turnId: null,
    sentAt: noon,
    editedAt: null,
    deletedAt: null,
    reactions: [],
    version: 1,
    ...part,
  };
}

export function conversation(part: Partial<Conversation> = {}): Conversation {
  return {
    id: "c1",
    leadId: "l1",
    integrationId: "i1",
    mode: "bot",
    takenOverBy: null,
    takenOverAt: null,
    assigneeId: null,
    optedOutAt: null,
    stage: "greeting",
    intent: "unknown",
    sentiment: "neutral",
    language: null,
    summary: null,
    lastSeq: 1,
    readSeq: 0,
    followUpAt: null,
    followUpStep: 0,
    attentionReason: null,
    attentionAt: null,
    attentionOwnerId: null,
    lastLeadMessageAt: noon,
    lastMessageAt: noon,
    version: 1,
    ...part,
  };
}

export function row(part: Partial<ConversationRow> = {}): ConversationRow {
  const state = conversation(part);
  return {
    ...state,
    lead: { id: state.leadId, name: "Ana", username: null, phone: "15550001" },
    takenOverByName: null,
    assigneeName: null,
    lastMessage: {
      id: "m1",
      seq: state.lastSeq,
      kind: "text",
      text: "Hi",
      author: "lead",
      state: "received",
      sentAt: noon,
    },
    unreadCount: 1,
    window: {
      closesAt: "2026-11-23T12:00:00.000Z",
      open: true,
      freeEntryClosesAt: null,
      asOf: noon,
    },
    ...part,
  };
}

/** A live event that carries this row. */
export function frameOf(row: Message | Conversation): EventFrame {
  const { id: entityId, version } = row;
  const data = { eventId: newId(), entityId, version, row };
  const type = "seq" in row ? "message.sent" : "conversation.updated";
  // The pair of type and row is made just above; the union cannot be rebuilt from it.
  return { v: 1, type, id: "1:1-1", at: noon, data } as EventFrame;
}
