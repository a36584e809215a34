import type { Db } from "../../db/client.ts";
import { sleep } from "../../lib/sleep.ts";
import { type Claim, LEASE_SECONDS } from "./claim.ts";

const RENEW_EVERY_MS = 2_000;

/** Well above the longest turn: a handler that hangs in a living process loses its lease then. */
const MAX_RENEWALS = 45;

/** Renews the lease of `claim` until `ended` is aborted. Never rejects. */
export async function keepLease(db: Db, claim: Claim, ended: AbortSignal): Promise<void> {
  for (let renewals = 0; renewals < MAX_RENEWALS; renewals += 1) {
    await sleep(RENEW_EVERY_MS, ended);
    if (ended.aborted) return;
    // A renewal that fails may be followed by one that works; if none does, the lease is free.
    await renew(db, claim).catch(() => undefined);
  }
}

async function renew(db: Db, { organizationId, conversationId, epoch }: Claim): Promise<void> {
  await db.rows`
    update conversations set lease_until = now() + ${LEASE_SECONDS} * interval '1 second'
    where organization_id = ${organizationId} and id = ${conversationId}
      and lease_epoch = ${epoch} and lease_owner is not null`;
}
