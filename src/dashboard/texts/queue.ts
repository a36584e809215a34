/** The queue and what was given up, as operators see them. */
export const queueTexts = {
  queue: {
    title: "Queue",
    about: "What waits where, over the whole installation. Kept up to date while you watch.",
    loading: "Loading the queue",
    forbidden: ["For operators only", "Ask whoever runs this installation for access."],
    stream: "Stream",
    depth: "Open",
    lag: "Not begun",
    running: "Running",
    waiting: "Retrying",
    oldest: "Oldest",
    dead: "Given up",
    unknown: "unknown",
    none: "–",
    delayed: "Wake-ups for later",
    overdue: (age: string) => `the earliest is ${age} late`,
    onTime: "on time",
    alerts: "What is wrong",
    since: (when: string) => `since ${when}`,
    allCalm: "Nothing waits.",
    working: (count: number) => `${count} open.`,
    deadTotal: (count: number) => `${count} given up, waiting for somebody to look.`,
    names: {
      inbound: "Incoming messages",
      receipts: "Delivery receipts",
      notices: "Account notices",
      outbound: "Outgoing messages",
      turns: "Bot turns",
      memory: "Summaries",
      media: "Files",
      dead: "Dead letters",
    },
  },
  letters: {
    title: "Given up",
    about:
      "The newest that nobody has decided about. What people wrote is not shown; more, and corrections: bun run dead.",
    facts: (tries: number, at: string) => `${tries === 1 ? "1 try" : `${tries} tries`}, ${at}`,
    again: ", died again after a replay",
    refused: (why: string) => `Not replayed: ${why}`,
    scheduled: "Being replayed…",
    replay: "Replay",
    discard: "Discard",
    replayTitle: "Replay this entry?",
    replayAbout: (stream: string) =>
      stream === "turns"
        ? "The bot looks at the chat again and answers, unless the lead was answered meanwhile."
        : stream === "outbound"
          ? "The message is sent after all, unless WhatsApp may have it or the chat went on."
          : "It is handled once more, as if it had just come. What it has changed already stays as it is.",
    discardTitle: "Discard this entry?",
    discardAbout: "It will never be handled, and is removed after some time.",
    discardNow: "Discard it",
    reason: "Why?",
    reasonExample: "Test traffic",
    cancel: "Leave it",
  },
} as const;
