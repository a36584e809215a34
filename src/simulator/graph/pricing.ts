/** From then on messages that are no template cost, and utility templates within the window too. */
const CHARGED_FROM = "2026-10";

/** Delivered service messages that are free per number and month, since then. */
const FREE_PER_MONTH = 1_000;

export interface Pricing {
  billable: boolean;
  pricing_model: "PMP";
  type: "regular" | "free_customer_service" | "free_entry_point";
  category: string;
}

export interface Priced {
  /** The business's number: free messages are counted for each. */
  number: string;
  /** Business time. */
  at: Date;
  /** Of the template, in lower case; null: it is none. */
  templateCategory: string | null;
  /** The lead wrote within 24 hours. */
  inWindow: boolean;
  /** The lead came by an ad, and the 72 hours from our first answer are not over. */
  inFreeEntry: boolean;
}

/**
 * Says what Meta charges for a message (whatsapp.md 7, "Pricing"), also before October 2026. Counts a
 * number's service messages per month of business time, those of free entry points left out. How much it
 * costs in which country Meta does not say, and so neither does this.
 */
export function createPriceMeter(): (message: Priced) => Pricing {
  const sent = new Map<string, { month: string; count: number }>();

  function isFreeService(number: string, month: string): boolean {
    if (month < CHARGED_FROM) return true;
    const known = sent.get(number);
    const count = known?.month === month ? known.count + 1 : 1;
    sent.set(number, { month, count });
    return count <= FREE_PER_MONTH;
  }

  return ({ number, at, templateCategory, inWindow, inFreeEntry }) => {
    const month = at.toISOString().slice(0, 7);
    const category = templateCategory ?? "service";
    const priced = (type: Pricing["type"]): Pricing => ({
      ...{ billable: type === "regular", pricing_model: "PMP", type, category },
    });
    if (inFreeEntry) return priced("free_entry_point");
    if (templateCategory === null) {
      return priced(isFreeService(number, month) ? "free_customer_service" : "regular");
    }
    const isFreeUtility = category === "utility" && inWindow && month < CHARGED_FROM;
    return priced(isFreeUtility ? "free_customer_service" : "regular");
  };
}
