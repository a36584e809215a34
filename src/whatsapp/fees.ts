import { parsePhoneNumberFromString } from "libphonenumber-js/max";
import { member, textOrNull } from "./fields.ts";

/** From this local day on, messages that are no template cost as much as utility ones. */
const SERVICE_COSTS_FROM = "2026-10-01";

/** Of them, so many of each number in a local month are free. */
export const FREE_SERVICE_MESSAGES = 1_000;

/** What kind of fee WhatsApp's report of a price means (whatsapp.md 7, "Pricing"). */
export interface FeeRule {
  /** It costs nothing, whatever the rates are. */
  free: boolean;
  /** It is one of the service messages of which a number has some free each month. */
  counts: boolean;
  /** The row of the rate table; null: nobody can tell. */
  rateCategory: string | null;
}

/**
 * Reads `pricing` of a status. Meta's own word that something is free goes first. `day`: local day of
 * the delivery, `YYYY-MM-DD`. A model before prices by message, or a category nobody knows, has no rate.
 */
export function feeRule(pricing: unknown, day: string): FeeRule {
  const category = textOrNull(member(pricing, "category"))?.toLowerCase().replaceAll("-", "_");
  const type = textOrNull(member(pricing, "type"))?.toLowerCase() ?? "";
  const model = textOrNull(member(pricing, "pricing_model")) ?? "PMP";
  const isService = category === "service";
  const isEntry = type === "free_entry_point" || category === "referral_conversion";
  const counts = isService && !isEntry && day >= SERVICE_COSTS_FROM;
  const isSaidFree = member(pricing, "billable") === false || type.startsWith("free_");
  if (isEntry || isSaidFree || (isService && !counts)) {
    return { free: true, counts, rateCategory: null };
  }
  if (category === undefined || model !== "PMP") {
    return { free: false, counts: false, rateCategory: null };
  }
  return { free: false, counts, rateCategory: isService ? "utility" : category };
}

/** ISO 3166 alpha-2 of a recipient: by the phone, else by the BSUID's first two letters. */
export function countryOf(recipient: {
  phone: string | null;
  bsuid: string | null;
}): string | null {
  const { phone, bsuid } = recipient;
  const byPhone = phone === null ? undefined : parsePhoneNumberFromString(`+${phone}`)?.country;
  return byPhone ?? bsuid?.slice(0, 2).toUpperCase() ?? null;
}
