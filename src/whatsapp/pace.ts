/** One bucket of the generic cell rate algorithm: a message every `intervalMs`, `burst` at once. */
export interface PaceBucket {
  key: string;
  intervalMs: number;
  burst: number;
}

/** Meta's throughput of one number: 80 messages a second, or 130429. */
const NUMBER_INTERVAL_MS = 1_000 / 80;
const NUMBER_BURST = 20;

/** Meta's limit for one number and one person: one every 6 s, 45 borrowed ahead, or 131056. */
const RECIPIENT_INTERVAL_MS = 6_000;
const RECIPIENT_BURST = 45;

/** The buckets that a message from this number to this person has to pass, all or none of them. */
export function paceBuckets(integrationId: string, recipient: string): readonly PaceBucket[] {
  return [
    {
      key: `number:${integrationId}`,
      intervalMs: NUMBER_INTERVAL_MS,
      burst: NUMBER_BURST,
    },
    {
      key: `recipient:${integrationId}:${recipient}`,
      intervalMs: RECIPIENT_INTERVAL_MS,
      burst: RECIPIENT_BURST,
    },
  ];
}
