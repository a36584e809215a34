import type { Append } from "../../../streams/publish.ts";
import type { Transaction } from "../../db/transaction.ts";
import { type Actor, type Principal, requireAccess } from "../../http/plugins/auth.ts";
import { roleAllows } from "../../http/plugins/permissions.ts";
import type { Mutate } from "../mutate.ts";
import { assign } from "./assign.ts";
import { claimAttention, markRead, resolveAttention } from "./marks.ts";
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
  /** `from`: the colleague who is to lose it; for those who may take chats from others. */
  takeOver(by: By, conversationId: string, from?: string): Promise<Conversation>;
  release(by: By, conversationId: string): Promise<Conversation>;
  read(by: By, conversationId: string, throughSeq: number): Promise<Conversation>;
  claimAttention(by: By, conversationId: string): Promise<Conversation>;
  resolveAttention(by: By, conversationId: string): Promise<Conversation>;
  assign(by: By, conversationId: string, userId: string | null): Promise<Conversation>;
}

type Act = (
  tx: Transaction,
  organizationId: string,
) => Promise<Changed & { append?: readonly Append[] }>;

interface Acting {
  by: By;
  id: string;
  /** What became of the conversation. */
  what: string;
  /** What else makes the request what it is. */
  body?: unknown;
}

/** Each fails with `forbidden` for those who may only read, else as the service function does. */
export function conversationActions(mutate: Mutate): ConversationActions {
  const act = (acting: Acting, work: Act) => perform(mutate, acting, work);
  return {
    takeOver: async (by, id, from) => {
      if (from !== undefined) requireAccess(by.principal, "conversations:seize");
      return await act({ by, id, what: "taken_over", body: from }, (tx, organizationId) =>
        takeOver(tx, organizationId, id, by.principal.userId, from),
      );
    },
    release: async (by, id) =>
      await act({ by, id, what: "released" }, async (tx, organizationId) => {
        const { principal } = by;
        const done = await release(tx, organizationId, id, principal.userId, maySeize(principal));
        const entry = { v: 1, organizationId, conversationId: id, cause: "release" } as const;
        return { ...done, append: done.wakes ? [{ stream: "turns", entry }] : [] };
      }),
    read: async (by, id, throughSeq) =>
      await act({ by, id, what: "read", body: throughSeq }, (tx, organizationId) =>
        markRead(tx, organizationId, id, throughSeq),
      ),
    claimAttention: async (by, id) =>
      await act({ by, id, what: "attention_claimed" }, (tx, organizationId) =>
        claimAttention(tx, organizationId, id, by.principal.userId),
      ),
    resolveAttention: async (by, id) =>
      await act({ by, id, what: "attention_resolved" }, (tx, organizationId) =>
        resolveAttention(tx, organizationId, id, by.principal.userId),
      ),
    assign: async (by, id, userId) =>
      await act({ by, id, what: "assigned", body: userId }, (tx, organizationId) =>
        assign(tx, organizationId, id, by.principal.userId, userId),
      ),
  };
}

async function perform(
  mutate: Mutate,
  { by, id, what, body }: Acting,
  work: Act,
): Promise<Conversation> {
  requireAccess(by.principal, "conversations:write");
  // Live frames carry any text; Postgres would fail over what is no id.
  if (!UUID.test(id)) throw noConversation(id);
  const { organizationId } = by.principal;
  return await mutate(
    by.actor,
    async (change) => {
      const { before, conversation: after, events, append } = await work(change, organizationId);
      change.stored(events);
      change.wake(...(append ?? []));
      // Read already, or nothing to resolve: nothing was done.
      if (after.version !== before.version) {
        change.audit({ action: `conversation.${what}`, resourceId: id, before, after });
      }
      return after;
    },
    { key: by.key, request: ["conversation", what, id, body] },
  );
}

function maySeize(principal: Principal): boolean {
  return principal.kind === "person" && roleAllows(principal.role, "conversations:seize");
}
