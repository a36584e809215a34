import type { Append } from "../../../streams/publish.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type Actor, type Principal, requireAccess } from "../../http/plugins/auth.ts";
import type { Mutate } from "../mutate.ts";
import { markRead, resolveAttention } from "./marks.ts";
import type { Conversation } from "./model.ts";
import { type Changed, noConversation, release, takeOver } from "./service.ts";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Who does it, and the client's key for repeats. */
export interface By {
  principal: Principal;
  actor: Actor;
  key?: string | undefined;
}

/** What people do with conversations, committed and announced: for REST and live frames alike. */
export interface ConversationActions {
  takeOver(by: By, conversationId: string): Promise<Conversation>;
  release(by: By, conversationId: string): Promise<Conversation>;
  read(by: By, conversationId: string, throughSeq: number): Promise<Conversation>;
  resolveAttention(by: By, conversationId: string): Promise<Conversation>;
}

type Act = (
  tx: Transaction,
  organizationId: string,
  conversationId: string,
) => Promise<Changed & { append?: readonly Append[] }>;

/** Each fails with `forbidden` for those who may only read, else as the service function does. */
export function conversationActions(mutate: Mutate): ConversationActions {
  const act = (by: By, conversationId: string, what: string, work: Act, body?: unknown) => {
    requireAccess(by.principal, "conversations:write");
    // Live frames carry any text; Postgres would fail over what is no id.
    if (!UUID.test(conversationId)) throw noConversation(conversationId);
    const { organizationId } = by.principal;
    return mutate(
      by.actor,
      async (change) => {
        const done = await work(change, organizationId, conversationId);
        change.stored(done.events);
        change.wake(...(done.append ?? []));
        const { before, conversation: after } = done;
        // Read already, or nothing to resolve: nothing was done.
        if (after.version !== before.version) {
          change.audit({
            action: `conversation.${what}`,
            resourceId: conversationId,
            before,
            after,
          });
        }
        return done.conversation;
      },
      { key: by.key, request: ["conversation", what, conversationId, body] },
    );
  };
  return {
    takeOver: async (by, id) =>
      await act(by, id, "taken_over", (tx, organizationId) =>
        takeOver(tx, organizationId, id, by.principal.userId),
      ),
    release: async (by, id) =>
      await act(by, id, "released", async (tx, organizationId) => {
        const done = await release(tx, organizationId, id, by.principal.userId);
        const entry = { v: 1, organizationId, conversationId: id, cause: "release" } as const;
        return { ...done, append: done.wakes ? [{ stream: "turns", entry }] : [] };
      }),
    read: async (by, id, throughSeq) =>
      await act(
        by,
        id,
        "read",
        (tx, organizationId) => markRead(tx, organizationId, id, throughSeq),
        throughSeq,
      ),
    resolveAttention: async (by, id) =>
      await act(by, id, "attention_resolved", (tx, organizationId) =>
        resolveAttention(tx, organizationId, id, by.principal.userId),
      ),
  };
}
