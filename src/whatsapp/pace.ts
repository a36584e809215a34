/** One bucket of the generic cell rate algorithm: a message every `intervalMs`, `burst` at once. */
export interface PaceBucket {
  key: string;
  intervalMs: number;
  burst: number;
}

/**
 * Of what Meta takes from a number a tenth goes out at once and nine tenths evenly, so that no second
 * has more than the whole; the rest is for clocks and networks that do not agree.
 */
const SHARE_AT_ONCE = 0.1;

/** Meta's limit for one number and one person: one every 6 s, 45 borrowed ahead, or 131056. */
const RECIPIENT_INTERVAL_MS = 6_000;
/** One of the 45 is kept back: Meta counts when a message arrives, we when it leaves. */
const RECIPIENT_BURST = 44;

/** Meta's advice after 131056: 4^n s with n = 0, 1, 2 … by refusals in a row (whatsapp.md 7). */
export const PAIR_HOLD_FACTOR = 4;
export const MAX_PAIR_HOLD_SECONDS = 3_600;

/**
 * The buckets that a message from this number to this person has to pass, all or none of them; the
 * number's comes first.
 */
export function paceBuckets(
  { integrationId, sendsPerSecond }: { integrationId: string; sendsPerSecond: number },
  recipient: string,
): readonly PaceBucket[] {
  const atOnce = Math.max(1, Math.floor(sendsPerSecond * SHARE_AT_ONCE));
  const perSecond = Math.max(1, sendsPerSecond - atOnce);
  return [
    { key: `number:${integrationId}`, intervalMs: 1_000 / perSecond, burst: atOnce },
    {
      key: `recipient:${integrationId}:${recipient}`,
      intervalMs: RECIPIENT_INTERVAL_MS,
      burst: RECIPIENT_BURST,
    },
  ];
}
