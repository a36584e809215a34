import { AppError } from "../../lib/errors.ts";
import type { GraphAccount } from "../../whatsapp/account.ts";

/** What connecting and watching a number asks of Meta. */
export type Meta = GraphAccount;

export interface Verified {
  displayPhoneNumber: string;
  verifiedName: string | null;
  /** The scope of BSUIDs: the business portfolio or, where Meta does not tell, the account. */
  portfolioId: string;
}

/**
 * Asks Meta whether the token may use the number and whether the number is the account's: otherwise an
 * organization could name another's account and be sent its notices. Then subscribes the app.
 */
export async function verify(
  meta: Meta,
  asked: { phoneNumberId: string; wabaId: string; accessToken: string },
): Promise<Verified> {
  const { phoneNumberId, wabaId, accessToken } = asked;
  const [facts, numberIds, portfolioId] = await Promise.all([
    meta.readNumber(accessToken, phoneNumberId),
    meta.numberIds(accessToken, wabaId),
    meta.portfolioId(accessToken, wabaId),
  ]);
  if (!numberIds.includes(phoneNumberId)) {
    throw new AppError("invalid_input", "phoneNumberId: this account has no such number.");
  }
  if (!(await meta.isSubscribed(accessToken, wabaId))) await meta.subscribe(accessToken, wabaId);
  return {
    displayPhoneNumber: facts.displayPhoneNumber ?? phoneNumberId,
    verifiedName: facts.verifiedName,
    portfolioId: portfolioId ?? wabaId,
  };
}
