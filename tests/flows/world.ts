import { createDb, type Db } from "../../src/db/client.ts";
import { defaultSequenceInsert } from "../../src/db/queries/default-sequence.ts";
import { createAnnouncer } from "../../src/flows/announce.ts";
import type { SendClaim } from "../../src/flows/deliver/claim.ts";
import type { FileToUpload } from "../../src/flows/deliver/upload.ts";
import { createDeliverHandler, type PaceRefusal } from "../../src/flows/deliver.ts";
import type { Append, Publish, Wakeup } from "../../src/flows/deps.ts";
import { createIngestHandler } from "../../src/flows/ingest.ts";
import { createReceiptHandler } from "../../src/flows/receipt.ts";
import { createSweep } from "../../src/flows/sweep.ts";
import { weeklyCalendar } from "../../src/flows/turn/calendar.ts";
import { createTurnHandler } from "../../src/flows/turn.ts";
import type { BrainDecision, LlmCall, Thought, TurnContext } from "../../src/funnel/turn.ts";
import { createShiftedClock } from "../../src/lib/clock.ts";
import type { CrashPoint } from "../../src/lib/crash-points.ts";
import type { LiveEvent } from "../../src/lib/events.ts";
import { newId } from "../../src/lib/ids.ts";
import type { Thinker } from "../../src/llm/thinker.ts";
import type { SendResult, UploadAnswer } from "../../src/whatsapp/client.ts";
import type { InboundItem, ReceiptItem } from "../../src/whatsapp/payload.ts";
import type { EntryOf } from "../../streams/messages.ts";
import { testDatabase } from "../support/database.ts";
import { silentLog } from "../support/servers.ts";

type MessageItem = Extract<InboundItem, { kind: "message" }>;

export const ann = { phone: "14155550100", bsuid: "US.ann", username: null, name: "Ann" };
export const noPhone = { phone: null, bsuid: "CO.hidden", username: "hidden", name: null };

export const decision: BrainDecision = {
  situation: "Asks for the price.",
  intent: "high",
  sentiment: "curious",
  riskFlags: [],
  stage: "pricing",
  action: "send_now",
  shouldRespond: true,
  ctaId: null,
  ctaTime: null,
  followUpDelayMinutes: null,
  followUpReason: null,
  confidence: 0.9,
  needsHuman: false,
  attentionReason: null,
  language: "en",
  lookUp: null,
};

/** What a thinker says about one turn; by default it counts the new messages. */
type Think = (
  context: TurnContext,
  run: Parameters<Thinker["think"]>[1],
) => Promise<Thought> | Thought;

/** One organization with one number on a real database, and every flow wired to records in memory. */
export async function createWorld(name: string, makeDatabase = testDatabase) {
  const database = await makeDatabase(name);
  const db = createDb({ url: database.url, maxConnections: 8, name });
  const organizationId = newId();
  const integrationId = newId();
  await db.rows`insert into organizations (id, name, quiet_ms, quiet_cap_ms)
    values (${organizationId}, 'Northwind', 0, 0)`;
  await db.rows`${db.fragment(defaultSequenceInsert("organizations"))}`;
  await addNumber(db, organizationId, integrationId, "100");
  await db.rows`insert into workers (id, role, host, pid)
    values ('w1', 'worker', 'h', 1), ('w2', 'worker', 'h', 2)`;

  const clock = createShiftedClock();
  const appended: Append[] = [];
  const scheduled: Wakeup[] = [];
  const events: LiveEvent[] = [];
  const dispositions: string[] = [];
  const calls: LlmCall[] = [];
  const sends: (Pick<SendClaim, "messageId" | "text" | "content"> & { to: string | null })[] = [];
  const publish: Publish = {
    append: async (batch) => void appended.push(...batch),
    schedule: async (wakeups) => void scheduled.push(...wakeups),
    events: async (batch) => void events.push(...batch),
  };
  const announcer = createAnnouncer({ db, publish, log: silentLog });

  const world = {
    db,
    url: database.url,
    clock,
    organizationId,
    integrationId,
    appended,
    scheduled,
    events,
    dispositions,
    calls,
    sends,
    think: ((context) => ({
      kind: "reply",
      decision,
      text: `${context.messages.filter((message) => message.isNew).length} answered`,
    })) as Think,
    send: (_claim: SendClaim): Promise<SendResult> | SendResult => ({
      ...{ kind: "accepted", wamid: newId() },
    }),
    /** Called at each step of a send; what it throws ends the handler there, as a kill would. */
    crash(_step: CrashPoint): void {},
    monotonicMs: () => performance.now(),
    pace: (): PaceRefusal | null => null,
    /** Meta takes every file. */
    upload: (_file: FileToUpload): Promise<UploadAnswer> | UploadAnswer => ({
      ...{ kind: "uploaded", metaMediaId: String(Math.random()).slice(2) },
    }),

    receive: (...items: Partial<MessageItem>[]) =>
      ingest(items.map((item) => ({ entry: entry(message(item)) }))),
    /** Handler of `inbound`, for entries as they stand. */
    ingest: (deliveries: { entry: EntryOf["inbound"] }[]) => ingest(deliveries),
    receipt: (...items: Partial<ReceiptItem>[]) =>
      receipts(items.map((item) => ({ entry: entry(receiptItem(item)) }))),
    turn: (conversationId: string, cause: "message" | "follow_up" | "retry" = "message") =>
      turn({
        entry: { v: 1, organizationId, conversationId, cause },
        signal: new AbortController().signal,
      }),
    deliver: () => world.deliverOver(integrationId),
    deliverOver: (number: string) =>
      deliver({
        entry: { v: 1, organizationId, integrationId: number },
        signal: new AbortController().signal,
      }),
    sweep: createSweep({ db, clock, publish, announcer, monotonicMs: () => performance.now() }),

    conversations: () => db.rows<ConversationRow>`select * from conversations order by created_at`,
    conversation: async () => {
      const [first] = await world.conversations();
      if (first === undefined) throw new Error("no conversation yet");
      return first;
    },
    messages: () => db.rows<MessageRow>`select * from messages order by created_at, seq`,
    outgoing: () =>
      db.rows<MessageRow>`select * from messages where direction = 'out' order by seq`,
    close: async () => {
      await announcer.flush();
      await db.close(1_000);
      await database.drop();
    },
  };

  const entry = <Item>(item: Item) => ({
    v: 1 as const,
    organizationId,
    integrationId,
    receivedAt: new Date().toISOString(),
    requestId: newId(),
    item,
  });
  const ingest = createIngestHandler({
    db,
    clock,
    announcer,
    onIngress() {},
    transcribes: false,
    crash() {},
  });
  const receipts = createReceiptHandler({ db, clock, announcer, onIngress() {}, crash() {} });
  const thinker: Thinker = {
    think: async (context, run) => await world.think(context, run),
    summarise: async () => ({ kind: "failed", reason: "not asked for here" }),
  };
  const turn = createTurnHandler({
    calendar: weeklyCalendar(db),
    db,
    clock,
    log: silentLog,
    workerId: "w1",
    thinker,
    announcer,
    showTyping() {},
    crash() {},
    onTurn: (disposition) => void dispositions.push(disposition),
    onLlmCall: (call) => void calls.push(call),
  });
  const deliver = createDeliverHandler({
    db,
    clock,
    log: silentLog,
    announcer,
    pace: async () => world.pace(),
    send: async (claim) => {
      sends.push({
        messageId: claim.messageId,
        text: claim.text,
        content: claim.content,
        to: claim.phone ?? claim.bsuid,
      });
      return await world.send(claim);
    },
    upload: async (file) => await world.upload(file),
    monotonicMs: () => world.monotonicMs(),
    crash: (step) => world.crash(step),
    onSend() {},
  });
  return world;
}

export type World = Awaited<ReturnType<typeof createWorld>>;

export interface ConversationRow {
  id: string;
  leadId: string;
  wakeSeq: number;
  handledSeq: number;
  turnAttempts: number;
  leaseOwner: string | null;
  leaseEpoch: number;
  mode: string;
  fence: number;
  stage: string;
  optedOutAt: Date | null;
  attentionReason: string | null;
  followUpAt: Date | null;
  followUpStep: number;
  dueAt: Date | null;
  version: number;
}

export interface MessageRow {
  id: string;
  seq: number;
  author: string;
  kind: string;
  text: string | null;
  raw: unknown;
  state: string;
  wamid: string | null;
  attempts: number;
  errorCode: number | null;
  cancelReason: string | null;
  doubtAt: Date | null;
  pricing: unknown;
}

export async function addNumber(
  db: Db,
  organizationId: string,
  integrationId: string,
  phoneNumberId: string,
): Promise<void> {
  await db.rows`
    insert into integrations (organization_id, id, phone_number_id, waba_id, portfolio_id,
      display_phone_number, access_token_box)
    values (${organizationId}, ${integrationId}, ${phoneNumberId}, 'waba', 'portfolio', '+1', 'box')`;
}

function message(item: Partial<MessageItem>): MessageItem {
  return {
    v: 1,
    kind: "message",
    wamid: `wamid.${newId()}`,
    type: "text",
    text: "Hi, how much is it?",
    sentAt: new Date().toISOString(),
    replyToWamid: null,
    from: ann,
    referral: null,
    raw: { type: "text" },
    altered: false,
    ...item,
  };
}

function receiptItem(item: Partial<ReceiptItem>): ReceiptItem {
  return {
    v: 1,
    kind: "receipt",
    wamid: "wamid.unset",
    status: "sent",
    at: new Date().toISOString(),
    recipient: { phone: null, bsuid: null },
    callbackData: null,
    errors: [],
    pricing: null,
    raw: {},
    altered: false,
    ...item,
  };
}
