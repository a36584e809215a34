import type { Append } from "../../../streams/publish.ts";
import type { Db } from "../../db/client.ts";
import { type Principal, requireAccess } from "../../http/plugins/auth.ts";
import type { LiveEvent } from "../../lib/events.ts";
import { markRead, resolveAttention } from "./marks.ts";
import type { Conversation } from "./model.ts";
import { type Change, noConversation, release, takeOver } from "./service.ts";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

interface ActionDeps {
  db: Db;
  /** Tells the rest of the system what a commit made true. Never rejects. */
  announce(news: { append?: readonly Append[]; events: readonly LiveEvent[] }): Promise<void>;
}

/** What people do with conversations, committed and announced: for REST and live frames alike. */
export interface ConversationActions {
  takeOver(principal: Principal, conversationId: string): Promise<Conversation>;
  release(principal: Principal, conversationId: string): Promise<Conversation>;
  read(principal: Principal, conversationId: string, throughSeq: number): Promise<Conversation>;
  resolveAttention(principal: Principal, conversationId: string): Promise<Conversation>;
}

/** Each fails with `forbidden` for those who may only read, else as the service function does. */
export function conversationActions({ db, announce }: ActionDeps): ConversationActions {
  const allow = (principal: Principal, conversationId: string) => {
    requireAccess(principal, "write");
    // Live frames carry any text; Postgres would fail over what is no id.
    if (!UUID.test(conversationId)) throw noConversation(conversationId);
  };
  const done = async ({ conversation, events }: Change, append: readonly Append[] = []) => {
    await announce({ events, append });
    return conversation;
  };
  return {
    takeOver: async (principal, conversationId) => {
      allow(principal, conversationId);
      const { organizationId, userId } = principal;
      return await done(await takeOver(db, organizationId, conversationId, userId));
    },
    release: async (principal, conversationId) => {
      allow(principal, conversationId);
      const { organizationId, userId } = principal;
      const change = await release(db, organizationId, conversationId, userId);
      const entry = { v: 1, organizationId, conversationId, cause: "release" } as const;
      return await done(change, change.wakes ? [{ stream: "turns", entry }] : []);
    },
    read: async (principal, conversationId, throughSeq) => {
      allow(principal, conversationId);
      const { organizationId } = principal;
      return await done(await markRead(db, organizationId, conversationId, throughSeq));
    },
    resolveAttention: async (principal, conversationId) => {
      allow(principal, conversationId);
      const { organizationId, userId } = principal;
      return await done(await resolveAttention(db, organizationId, conversationId, userId));
    },
  };
}
