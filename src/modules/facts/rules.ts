import { statesAmount } from "../../funnel/stated-amount.ts";
import { AppError } from "../../lib/errors.ts";
import type { Fact } from "./model.ts";

const currencies: ReadonlySet<string> = new Set(Intl.supportedValuesOf("currency"));

/** Refuses with `invalid_input` what no schema can say about the fields together. */
export function checkFact({
  kind,
  text,
  amount,
  currency,
}: Pick<Fact, "kind" | "text" | "amount" | "currency">): void {
  if (kind === "fact") {
    if (amount !== null) throw refused("amount belongs to a price; a fact has none.");
    if (currency !== null) throw refused("currency belongs to a price; a fact has none.");
    return;
  }
  if (amount === null) throw refused("amount is missing: a price has one.");
  if (currency === null) throw refused("currency is missing: a price has one.");
  if (!currencies.has(currency)) throw refused(`currency ${currency} is none of ISO 4217.`);
  if (!statesAmount(text, amount)) {
    throw refused(`text does not say the amount ${amount}: the bot says prices as written there.`);
  }
}

function refused(why: string): AppError {
  return new AppError("invalid_input", why);
}
