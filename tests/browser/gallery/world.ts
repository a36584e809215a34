import { createHash } from "node:crypto";
import type {
  ConversationRow,
  DeadLetter,
  Message,
  Panel,
  QueueRows,
} from "../../../src/dashboard/api/calls.ts";
import { message, row } from "../../dashboard/support/rows.ts";

/** A made-up team's day, with everything a screen may have to show. Times count back from `now`. */
const now = Date.now();
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const ago = (ms: number) => new Date(now - ms).toISOString();

/** A conversation's id by its name here: the live channel takes nothing but UUIDs. */
export function idOf(name: string): string {
  const hex = createHash("sha256").update(name).digest("hex");
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `7${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
  ];
  return [...parts, hex.slice(20, 32)].join("-");
}

interface Person {
  id: string;
  name: string | null;
  phone?: string | null;
  username?: string;
  /** Since the newest message. */
  agoMs: number;
  part?: Partial<ConversationRow>;
  chat: readonly Partial<Message>[];
}

const lead = (text: string, part: Partial<Message> = {}) => ({ text, ...part });
const bot = (text: string, part: Partial<Message> = {}): Partial<Message> => ({
  text,
  author: "bot",
  direction: "out",
  state: "read",
  ...part,
});
const human = (text: string, part: Partial<Message> = {}) =>
  bot(text, { author: "human", ...part });

const PRICES =
  "Our Home 4 kW system is $6,900 installed, the 6 kW one $8,900. Both come with a 25-year panel warranty, and a site visit is free. Do you own your roof?";

function people(me: string): readonly Person[] {
  const mine = { mode: "human", takenOverBy: me, takenOverByName: "Nora Winters" } as const;
  const theirs = { mode: "human", takenOverBy: "u-omar", takenOverByName: "Omar Haddad" } as const;
  return [
    {
      id: "ana",
      name: "Ana Reyes",
      agoMs: 2 * MINUTE_MS,
      part: {
        stage: "pricing",
        intent: "high",
        sentiment: "curious",
        language: "en",
        followUpAt: ago(-8 * MINUTE_MS),
        summary:
          "Owns a house in Denver, electricity bill about $140 a month. Asked for the price of the 4 kW system and whether it can be financed. Wants the visit on a weekday after five.",
      },
      chat: [
        lead("Hi, how much is it?"),
        bot(PRICES),
        lead("We own a house in Denver, the bill is about $140"),
        bot(
          "Thanks! With a bill like that the 4 kW system usually fits. It would cover about 80 % of it. Shall I arrange the free site visit?",
          { replyToWamid: "w-ana-3" },
        ),
        lead("Can I pay it monthly?"),
        bot(
          "Yes: over 60 months, subject to a credit check. Which day would suit you for the visit?",
        ),
      ],
    },
    {
      id: "sam",
      name: "Sam Okafor",
      agoMs: 4 * MINUTE_MS,
      part: { ...mine, stage: "cta", intent: "very_high", sentiment: "curious", language: "en" },
      chat: [
        lead("Does the battery work in a power cut?"),
        bot("Yes, the battery keeps your fridge and lights running for about a day."),
        lead("Great. Can I talk to a person about a visit?"),
        human(
          "This is Nora from Northwind. I can come by on Thursday at five, does that suit you?",
          { replyToWamid: "w-sam-3", state: "read" },
        ),
        lead("Thursday is perfect!"),
        lead("Do I need to prepare anything?"),
        human("Only the last electricity bill, please.", { state: "delivered" }),
        human("And access to the meter.", { state: "sent" }),
      ],
    },
    {
      id: "clara",
      name: "Clara Cruz",
      agoMs: 11 * MINUTE_MS,
      part: { ...theirs, stage: "pricing", intent: "medium", sentiment: "annoyed" },
      chat: [
        lead("I asked this three times already. What does the 6 kW one cost?"),
        bot("The Home 6 kW system is $8,900 installed.", { state: "delivered" }),
        lead("That is not what your ad says."),
        human("Sorry about the confusion, Clara. Let me look at the ad with you.", {
          state: "read",
        }),
      ],
    },
    {
      id: "trouble",
      name: "Priya Natarajan",
      agoMs: 25 * MINUTE_MS,
      part: {
        ...mine,
        attentionReason: "send_in_doubt",
        unreadCount: 0,
        stage: "qualification",
        intent: "medium",
      },
      chat: [
        lead("[…]", { kind: "image", text: null }),
        bot("Thanks for the picture!", { state: "cancelled", cancelReason: "superseded" }),
        lead("That is our roof. Is it big enough?"),
        bot("Your roof faces south, which is ideal.", {
          state: "cancelled",
          cancelReason: "fence",
        }),
        human("It looks big enough for twelve panels.", {
          state: "unknown",
          errorText: "The answer did not come within 10 s.",
        }),
        human("Could you tell me your postcode?", {
          state: "failed",
          errorCode: 131_026,
          errorText: "WhatsApp could not deliver it: the number cannot receive messages.",
        }),
        human("Trying again: your postcode?", { state: "queued" }),
      ],
    },
    {
      id: "closed",
      name: "Tom Becker",
      agoMs: 27 * HOUR_MS,
      part: { ...mine, stage: "followup", intent: "low", sentiment: "uninterested" },
      chat: [
        lead("I will think about it."),
        bot("Of course. The offer stands until the end of the month."),
        bot("Have you had a chance to look at it?", { state: "delivered" }),
      ],
    },
    {
      id: "long",
      name: "Maximiliana Wolkenstein-Trostburg von und zu Hohenfelsenberg",
      agoMs: 48 * MINUTE_MS,
      part: { ...mine, unreadCount: 3, readSeq: 0, attentionReason: "asked_for_human" },
      chat: [
        lead(
          "Hello! I have read everything on your page, and I have many questions, so forgive me for the long message.\n\nFirst: the roof. It was renewed in 2009, faces south-west, and has two dormers and a chimney. Is that a problem?\n\nSecond: we heat with a heat pump, so our consumption is high in winter. Does the 6 kW system make sense then, or should it be more?\n\nThird: my neighbour says that you do not get the subsidy if the battery is added later. Is that so?",
        ),
        bot(
          "Thank you for the details!\n\n1. Dormers are fine, we plan around them.\n2. With a heat pump the 6 kW system is the usual choice.\n3. That depends on the state. A colleague will tell you for yours.",
        ),
        lead(
          "https://www.example.com/a/very/long/address/that/does/not/break/anywhere/because/it/has/no/spaces/at/all/and/goes/on/and/on/index.html?with=parameters&and=more",
        ),
        lead("Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"),
        lead("OK"),
      ],
    },
    {
      id: "rtl",
      name: "ليلى حداد",
      agoMs: 52 * MINUTE_MS,
      part: { stage: "qualification", intent: "medium", language: "ar", unreadCount: 1, ...mine },
      chat: [
        lead("مرحبا، كم سعر النظام الشمسي للبيت؟"),
        bot("أهلا ليلى! سعر نظام 4 كيلوواط هو ‎$6,900‎ شاملا التركيب. هل البيت ملك لك؟"),
        lead("نعم، البيت ملكي في دبي. هل يشمل السعر البطارية؟", { replyToWamid: "w-rtl-2" }),
        human("البطارية بسعر منفصل، وسأرسل لك التفاصيل (Home 4 kW + Battery 10).", {
          replyToWamid: "w-rtl-3",
        }),
        lead("שלום, גם אני מעוניין"),
      ],
    },
    ...crowd,
    {
      id: "talk",
      name: "Greta Talk",
      agoMs: 26 * HOUR_MS,
      part: { stage: "qualification", intent: "medium" },
      chat: Array.from({ length: 40 }, (_, n) =>
        n % 3 === 1 ? bot(PRICES) : lead(`Question ${n + 1}: and how about the roof, then?`),
      ),
    },
  ];
}

const crowd: readonly Person[] = [
  ["Jonas Lind", "Is the visit really free?", { unreadCount: 2, readSeq: 0 }],
  [
    "Marta Gil",
    "¿Cuánto cuesta la instalación completa con batería?",
    { unreadCount: 1, readSeq: 0 },
  ],
  [null, "Hello, I saw your ad", { unreadCount: 140, readSeq: 0 }],
  ["Wei Chen", "My brother bought one from you", { attentionReason: "unsure" }],
  ["Olga Petrova", "stop", { optedOutAt: ago(HOUR_MS) }],
  ["Ibrahim Musa", "What about hail?", {}],
  ["Grace O’Neill", "Thanks, talk soon!", {}],
  ["李 明", "你好，请问价格是多少？", {}],
  ["Ana-Lucía Fernández", "Perfecto, gracias", {}],
  ["Pieter de Vries", "Super, bedankt!", {}],
  ["Nadia Rahman", "Can you call me tomorrow?", {}],
  ["Lucas Silva", "Bom dia!", {}],
].map(([name, text, part], index) => ({
  id: `crowd-${index}`,
  name: name as string | null,
  agoMs: (70 + index * index * 60) * MINUTE_MS,
  part: part as Partial<ConversationRow>,
  chat: index % 3 === 2 ? [lead(text as string), bot(PRICES)] : [lead(text as string)],
}));

export interface World {
  rows: readonly ConversationRow[];
  messages: ReadonlyMap<string, readonly Message[]>;
  panel: Panel;
  queue: QueueRows;
  letters: readonly DeadLetter[];
}

const GAP_MS = 3 * MINUTE_MS;

function messagesOf({ id, chat, agoMs }: Person): Message[] {
  return chat.map((part, index) =>
    message({
      id: `m-${id}-${index + 1}`,
      conversationId: idOf(id),
      seq: index + 1,
      wamid: `w-${id}-${index + 1}`,
      sentAt: ago(agoMs + (chat.length - 1 - index) * GAP_MS),
      ...part,
    }),
  );
}

function rowOf(person: Person, messages: readonly Message[], index: number): ConversationRow {
  const last = messages.at(-1);
  const fromLead = messages.findLast(({ author }) => author === "lead")?.sentAt ?? ago(0);
  const closesAt = new Date(Date.parse(fromLead) + 24 * HOUR_MS).toISOString();
  const phone = person.name === null || index % 5 ? `1303555${String(1_000 + index * 37)}` : null;
  return row({
    id: idOf(person.id),
    leadId: `l-${person.id}`,
    lead: {
      id: `l-${person.id}`,
      name: person.name,
      username: phone === null ? "sam.ok" : null,
      phone,
    },
    lastSeq: messages.length,
    readSeq: messages.length,
    unreadCount: 0,
    lastMessage: last ? { ...last } : null,
    lastMessageAt: last?.sentAt ?? null,
    lastLeadMessageAt: fromLead,
    window: { closesAt, open: Date.parse(closesAt) > now, freeEntryClosesAt: null, asOf: ago(0) },
    ...person.part,
  });
}

/** `me` is the id of who is signed in. */
export function madeUpWorld(me: string): World {
  const all = people(me);
  const messages = new Map(all.map((person) => [idOf(person.id), messagesOf(person)]));
  const rows = all.map((one, index) => rowOf(one, messages.get(idOf(one.id)) ?? [], index));
  return { rows, messages, panel, queue, letters };
}

const entry = (n: number) => ({ id: `t-${n}`, at: ago(n * GAP_MS) });

const panel: Panel = {
  lead: { id: "l-ana", name: "Ana Reyes", username: null, phone: "13035551000", createdAt: ago(0) },
  stage: "pricing",
  intent: "high",
  sentiment: "curious",
  language: "en",
  summary: null,
  attention: null,
  followUp: null,
  cost: { usd: "0.004180000000", callCount: 9, unpricedCount: 1 },
  timeline: [
    {
      ...entry(1),
      kind: "booking",
      cta: { id: "c", kind: "visit", name: "Free site visit" },
      requestedTime: "Thursday at five",
      status: "initiated",
    },
    {
      ...entry(2),
      kind: "turn",
      finishedAt: ago(0),
      cause: "message",
      disposition: "replied",
      gate: null,
      action: "send_now",
      reason: "Asks whether the system can be financed; the facts say how.",
      costUsd: "0.000540000000",
    },
    {
      ...entry(3),
      kind: "takeover",
      by: { id: "u", name: "Nora Winters" },
      reason: "asked_for_human",
      calledAt: ago(1),
    },
    {
      ...entry(4),
      kind: "turn",
      finishedAt: ago(0),
      cause: "message",
      disposition: "blocked_by_gate",
      gate: "The price $5,900 is not in the facts.",
      action: "send_now",
      reason: null,
      costUsd: "0.000610000000",
    },
    {
      ...entry(5),
      kind: "stage",
      from: "greeting",
      to: "pricing",
      author: "bot",
      reason: "The lead asked for the price.",
      confidence: 0.92,
      turnId: null,
      by: null,
    },
  ],
};

const stream = (name: string, part: Partial<QueueRows["streams"][number]> = {}) => ({
  stream: name,
  depth: 0,
  lag: 0,
  running: 0,
  waiting: 0,
  oldestAgeMs: 0,
  dead: 0,
  length: 0,
  fullness: 0,
  looked: 0,
  byAge: { under1s: 0, under10s: 0, under60s: 0, older: 0 },
  byTries: { once: 0, twice: 0, threeOrFour: 0, more: 0 },
  perMinute: { done: 0, retried: 0, reclaimed: 0, buried: 0 },
  partitions: [],
  ...part,
});

const queue: QueueRows = {
  streams: [
    stream("inbound", { depth: 42, lag: 40, running: 2, oldestAgeMs: 800 }),
    stream("receipts", { depth: 3, running: 3, oldestAgeMs: 120 }),
    stream("notices"),
    stream("turns", { depth: 17, lag: 9, running: 6, waiting: 2, oldestAgeMs: 95_000 }),
    stream("outbound", { depth: 5, lag: 4, running: 1, oldestAgeMs: 2_400 }),
    stream("memory", { depth: 1, waiting: 1, oldestAgeMs: 3_700_000, dead: 2 }),
  ],
  delayed: { count: 118, overdueMs: 1_200 },
  workers: 2,
  breakers: [],
  alerts: [
    {
      alertId: "0193aaaa-0000-7000-8000-00000000a1e7",
      rule: "oldest_age",
      stream: "memory",
      state: "raised",
      value: 3_700_000,
      threshold: 1_800_000,
      since: "2026-03-28T20:00:00.000Z",
      text: 'The oldest entry of "memory" has waited 62 min. Look at bun run streams whether it is retried or not begun, and at the workers\' log for "memory".',
    },
  ],
};

const letter = (id: string, agoMs: number, part: Partial<DeadLetter>): DeadLetter => ({
  id: idOf(id),
  state: "waiting",
  organizationId: idOf("northwind"),
  stream: "inbound",
  origin: `{ll:0}:inbound/${now - agoMs}-0`,
  reason: "An inbound entry is no message of a known shape.",
  errorClass: "poison",
  tries: 5,
  byteCount: 612,
  firstSeenAt: ago(agoMs),
  lastSeenAt: ago(agoMs),
  replayOf: null,
  replays: [],
  edited: false,
  replayAskedAt: null,
  replayAskedBy: null,
  replayDueAt: null,
  replayedAt: null,
  refusal: null,
  discardedAt: null,
  discardedBy: null,
  discardReason: null,
  createdAt: ago(agoMs),
  ...part,
});

const letters: readonly DeadLetter[] = [
  letter("dead-1", 3 * MINUTE_MS, { tries: 1 }),
  letter("dead-2", 9 * MINUTE_MS, {
    stream: "turns",
    reason: "Turn given up after 5 tries: the model's answer fits no schema.",
    refusal: "The lead has been answered since.",
  }),
  letter("dead-3", 12 * MINUTE_MS, {
    stream: "outbound",
    errorClass: "refused",
    reason: "Token expired: Error validating access token.",
    state: "scheduled",
    replayDueAt: ago(0),
    replayOf: idOf("dead-0"),
  }),
];
