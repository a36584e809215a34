import { type Amount, readAmounts, readBareNumbers } from "./amounts.ts";
import type { CtaOffer, Fact } from "./turn.ts";

/** What the organization has written down. What the lead said is not among it. */
export interface Grounds {
  facts: readonly Fact[];
  ctas: readonly CtaOffer[];
}

/**
 * The amounts and percentages of a draft that no fact and no CTA states: same value, same kind, and
 * no other currency. Other numbers ("3 bedrooms", "tomorrow at 10") are no claims. A sum, a
 * conversion or a discount worked out from facts counts as made up.
 */
export function ungroundedClaims(draft: string, grounds: Grounds): readonly Amount[] {
  const stated = groundAmounts(grounds);
  return readAmounts(draft).filter((claim) => !stated.some((ground) => supports(ground, claim)));
}

function groundAmounts({ facts, ctas }: Grounds): readonly Amount[] {
  return [
    ...facts.flatMap(factAmounts),
    ...ctas.flatMap(({ name, description }) => [...readAmounts(name), ...readAmounts(description)]),
  ];
}

function factAmounts({ kind, topic, text }: Fact): readonly Amount[] {
  const amounts = [...readAmounts(topic), ...readAmounts(text)];
  // "Installation: 1500" is a price although it names no currency.
  return kind === "price" && amounts.length === 0 ? readBareNumbers(text) : amounts;
}

function supports(ground: Amount, claim: Amount): boolean {
  return (
    ground.kind === claim.kind &&
    ground.value === claim.value &&
    (ground.currencies.length === 0 ||
      claim.currencies.length === 0 ||
      ground.currencies.some((code) => claim.currencies.includes(code)))
  );
}
