import type {
  AcceptBody,
  InvitationPreview,
  OwnOrganization,
  ResetPasswordBody,
  SignedIn,
  SignUpBody,
  Ticket,
} from "../../modules/auth/model.ts";
import type {
  Conversation,
  ConversationPage,
  ConversationRow,
  Panel,
  queues,
} from "../../modules/conversations/model.ts";
import type { DeadLetter, DeadLetterPage } from "../../modules/dead-letters/model.ts";
import type { Lead } from "../../modules/leads/model.ts";
import type { Media } from "../../modules/media/model.ts";
import type { Message, MessagePage } from "../../modules/messages/model.ts";
import type { Queue } from "../../modules/queue/model.ts";
import { SignedOutError } from "../live.ts";
import {
  endSession,
  get,
  isSignedOut,
  patch,
  post,
  postOpenly,
  resumeSession,
  startSession,
  switchSession,
} from "./http.ts";
import { newIdempotencyKey } from "./idempotency-key.ts";

export type QueueName = (typeof queues)[number];
export type QueueRows = typeof Queue.static;
export type {
  Conversation,
  ConversationRow,
  DeadLetter,
  InvitationPreview,
  Lead,
  Media,
  Message,
  Panel,
  SignedIn,
};

const PAGE_SIZE = 50;

export const fetchSession = resumeSession;
export const signIn = (body: { email: string; password: string }) =>
  startSession("/auth/login", body);
export const signUp = (body: SignUpBody) => startSession("/auth/signup", body);
export const acceptInvitation = (body: AcceptBody) => startSession("/invitations/accept", body);
export const switchOrganization = switchSession;
export const signOut = endSession;

export const previewInvitation = (token: string) =>
  postOpenly<InvitationPreview>("/invitations/preview", { token });

export const forgotPassword = (email: string) =>
  postOpenly<unknown>("/auth/forgot-password", { email });

export const resetPassword = (body: ResetPasswordBody) =>
  postOpenly<unknown>("/auth/reset-password", body);

export const fetchOrganizations = async (signal: AbortSignal) =>
  (await get<{ data: OwnOrganization[] }>("/auth/organizations", signal)).data;

/** @throws SignedOutError when the session is over. */
export async function fetchTicket(signal: AbortSignal): Promise<string> {
  try {
    return (await post<Ticket>("/auth/ticket", { signal })).ticket;
  } catch (error) {
    throw isSignedOut(error) ? new SignedOutError() : error;
  }
}

export interface InboxQuery {
  queue: QueueName;
  search: string;
}

export function fetchConversations(
  { queue, search }: InboxQuery,
  cursor: string | null,
  signal: AbortSignal,
): Promise<ConversationPage> {
  const query = new URLSearchParams({ queue, limit: String(PAGE_SIZE) });
  if (search !== "") query.set("search", search);
  if (cursor !== null) query.set("cursor", cursor);
  return get(`/conversations?${query}`, signal);
}

const at = (id: string) => `/conversations/${encodeURIComponent(id)}`;

export const fetchConversation = (id: string, signal?: AbortSignal) =>
  get<ConversationRow>(at(id), signal);

export const fetchPanel = (id: string, signal: AbortSignal) =>
  get<Panel>(`${at(id)}/panel`, signal);

const leadAt = (id: string) => `/leads/${encodeURIComponent(id)}`;

export const fetchLead = (id: string, signal: AbortSignal) => get<Lead>(leadAt(id), signal);

/** Makes one lead of two: the first goes into the second, for good. */
export const mergeLeads = (id: string, intoId: string, idempotencyKey: string) =>
  post<Lead>(`${leadAt(id)}/merge`, {
    body: { intoId },
    headers: { "idempotency-key": idempotencyKey },
  });

/** It is somebody else than whom it was taken for; both leads forget it. */
export const tellApart = ({ id, version }: Lead) =>
  patch<Lead>(leadAt(id), {
    body: { maybeSameAs: null },
    headers: { "if-match": `"${version}"` },
  });

/** The newest messages, or those before `before`; each page oldest first. */
export function fetchMessages(
  id: string,
  before: string | null,
  signal: AbortSignal,
): Promise<MessagePage> {
  const query = new URLSearchParams({ limit: String(PAGE_SIZE) });
  if (before !== null) query.set("before", before);
  return get(`${at(id)}/messages?${query}`, signal);
}

export const fetchMedia = (messageId: string, signal: AbortSignal) =>
  get<Media>(`/messages/${encodeURIComponent(messageId)}/media`, signal);

/** From the colleague who has it. */
export const seize = (id: string, fromUserId: string) =>
  post<Conversation>(`${at(id)}/takeover?fromUserId=${encodeURIComponent(fromUserId)}`, {
    headers: { "idempotency-key": newIdempotencyKey() },
  });

export type HandOverVerb = "takeover" | "release" | "resolve-attention";

export const handOver = (id: string, verb: HandOverVerb) =>
  post<Conversation>(`${at(id)}/${verb}`, { headers: { "idempotency-key": newIdempotencyKey() } });

export const markRead = (id: string, throughSeq: number) =>
  post<Conversation>(`${at(id)}/read`, { body: { throughSeq } });

interface Sending {
  text: string;
  /** Id of the message it quotes. */
  replyTo: string | null;
}

/** `key` is made once per message, so that repeating the call never sends it twice. */
export const sendMessage = (id: string, body: Sending, key: string) =>
  post<Message>(`${at(id)}/messages`, { body, headers: { "idempotency-key": key } });

/** Sends what failed, or is in doubt, again as a new message. `key` as in `sendMessage`. */
export const resendMessage = (id: string, key: string) =>
  post<Message>(`/messages/${encodeURIComponent(id)}/resend`, {
    headers: { "idempotency-key": key },
  });

export const fetchQueue = (signal: AbortSignal) => get<QueueRows>("/queue", signal);

/** Letters that nobody has decided about, or that are to be replayed; newest first. */
export async function fetchDeadLetters(signal: AbortSignal): Promise<DeadLetter[]> {
  const ofState = async (state: DeadLetter["state"]) =>
    (await get<typeof DeadLetterPage.static>(`/dead-letters?state=${state}&limit=20`, signal)).data;
  const letters = await Promise.all([ofState("waiting"), ofState("scheduled")]);
  return letters.flat().toSorted((one, other) => (one.createdAt < other.createdAt ? 1 : -1));
}

const letterAt = (id: string) => `/dead-letters/${encodeURIComponent(id)}`;

/** `key` as in `sendMessage`. */
export const replayDeadLetter = (id: string, key: string) =>
  post<DeadLetter>(`${letterAt(id)}/replay`, { body: {}, headers: { "idempotency-key": key } });

export const discardDeadLetter = (id: string, reason: string, key: string) =>
  post<DeadLetter>(`${letterAt(id)}/discard`, {
    body: { reason },
    headers: { "idempotency-key": key },
  });
