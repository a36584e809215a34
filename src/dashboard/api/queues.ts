import type { QueueName } from "./calls.ts";

/** The inbox's queues, in the order of their tabs. */
export const queues = [
  "all",
  "unread",
  "attention",
  "human",
  "bot",
] as const satisfies readonly QueueName[];
