/** Delivered service messages that are free per number and month, since 2026-10-01. */
const FREE_PER_MONTH = 1_000;

export interface Pricing {
  billable: boolean;
  pricing_model: "PMP";
  type: "regular" | "free_customer_service";
  category: "service" | "marketing";
}

/** Counts a number's messages per month of business time and says what Meta charges for the next. */
export function createPriceMeter(): (number: string, at: Date, isTemplate: boolean) => Pricing {
  const sent = new Map<string, { month: string; count: number }>();
  return (number, at, isTemplate) => {
    if (isTemplate) {
      return { billable: true, pricing_model: "PMP", type: "regular", category: "marketing" };
    }
    const month = at.toISOString().slice(0, 7);
    const known = sent.get(number);
    const count = known?.month === month ? known.count + 1 : 1;
    sent.set(number, { month, count });
    const free = count <= FREE_PER_MONTH;
    return {
      billable: !free,
      pricing_model: "PMP",
      type: free ? "free_customer_service" : "regular",
      category: "service",
    };
  };
}
