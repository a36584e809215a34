import type { Db } from "../../db/client.ts";
import type { NumberStatus } from "./model.ts";

/** What Meta said of a number and its token when it last answered; null where it said nothing. */
export type Picture = Pick<
  NumberStatus,
  | "tokenValid"
  | "scopes"
  | "tokenExpiresAt"
  | "verifiedName"
  | "quality"
  | "throughput"
  | "subscribed"
  | "missingFields"
  | "canSend"
  | "sendObstacles"
> & {
  /** Why Meta would not tell more, in our words. */
  refusal: string | null;
};

export const NOTHING_TOLD: Picture = {
  tokenValid: null,
  scopes: null,
  tokenExpiresAt: null,
  verifiedName: null,
  quality: null,
  throughput: null,
  subscribed: null,
  missingFields: null,
  canSend: null,
  sendObstacles: [],
  refusal: null,
};

/**
 * Keeps it for while Meta is away, unless the token it was asked with has been replaced meanwhile. No
 * change of the number: nobody's edit is in its way.
 */
export async function keepPicture(
  db: Db,
  number: { organizationId: string; id: string; accessTokenBox: string },
  picture: Picture,
): Promise<string> {
  const checkedAt = new Date();
  await db.rows`
    update integrations set picture = ${db.json(picture)}, checked_at = ${checkedAt}
    where organization_id = ${number.organizationId} and id = ${number.id}
      and access_token_box = ${number.accessTokenBox}`;
  return checkedAt.toISOString();
}
