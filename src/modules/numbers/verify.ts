import { AppError } from "../../lib/errors.ts";
import type { GraphAccount, TokenFacts } from "../../whatsapp/account.ts";
import type { Picture } from "./picture.ts";

/** Without the second the number cannot write; without the first nobody can look after it. */
export const NEEDED_SCOPES = ["whatsapp_business_management", "whatsapp_business_messaging"];

export interface Verified {
  displayPhoneNumber: string;
  /** The scope of BSUIDs; null where the token may not see it. */
  portfolioId: string | null;
  picture: Picture;
}

/**
 * Asks Meta whether the token may use the number and whether the number is the account's: otherwise an
 * organization could name another's account and be sent its notices. Then subscribes the token's app,
 * unless it is: doing so again would take away a callback address that was set for the account alone.
 */
export async function verify(
  meta: GraphAccount,
  asked: { phoneNumberId: string; wabaId: string; accessToken: string },
): Promise<Verified> {
  const { phoneNumberId, wabaId, accessToken } = asked;
  const [number, token, numberIds, portfolioId, appIds] = await Promise.all([
    meta.readNumber(accessToken, phoneNumberId),
    meta.readToken(accessToken),
    meta.numberIds(accessToken, wabaId),
    meta.portfolioId(accessToken, wabaId),
    meta.subscribedAppIds(accessToken, wabaId),
  ]);
  requireScopes(token);
  if (!numberIds.includes(phoneNumberId)) {
    throw new AppError(
      "invalid_input",
      "phoneNumberId: the number is not one of this account's. Take both ids from one line of WhatsApp Manager.",
    );
  }
  if (!isAmong(appIds, token)) await meta.subscribe(accessToken, wabaId);
  const { displayPhoneNumber, ...facts } = number;
  return {
    displayPhoneNumber,
    portfolioId,
    picture: {
      ...facts,
      scopes: token.scopes,
      tokenValid: true,
      tokenExpiresAt: token.expiresAt,
      subscribed: true,
      missingFields: null,
      refusal: null,
    },
  };
}

/** False also where Meta does not tell the token's app. */
export function isAmong(appIds: readonly string[], { appId }: TokenFacts): boolean {
  return appId !== null && appIds.includes(appId);
}

function requireScopes({ scopes }: TokenFacts): void {
  const missing = NEEDED_SCOPES.filter((scope) => scopes !== null && !scopes.includes(scope));
  if (missing.length === 0) return;
  throw new AppError(
    "invalid_input",
    `accessToken: it lacks ${missing.join(" and ")}. Make a new one with both and enter that.`,
    { missing },
  );
}
