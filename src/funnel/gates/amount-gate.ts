import { type Amount, periodsNamed, readAmounts, readBareNumbers } from "../amounts.ts";
import { namesBound } from "../bounds.ts";
import type { Period } from "../periods.ts";
import { remembered } from "../remembered.ts";
import type { Draft } from "./draft.ts";
import { type Finding, type Grounds, type GroundText, groundTexts } from "./gate.ts";

interface GroundAmounts {
  amounts: readonly Amount[];
  /** Every number, for "two thousand customers": what is no price may be said as it is written. */
  numbers: ReadonlySet<string>;
  periods: ReadonlySet<Period>;
}

/**
 * The amounts and percentages of a draft that no fact and no CTA states: same value, same kind, no
 * other currency, no other period ("499" is not "499 per month"), and no exact price where the fact
 * says "from" or "up to". Other numbers ("3 bedrooms") are no claims. A sum, a conversion or a discount
 * worked out from facts counts as made up.
 */
export function amountGate(draft: Draft, grounds: Grounds): Finding[] {
  const claims = readAmounts(draft.text);
  if (claims.length === 0) return [];
  const stated = groundTexts(grounds).map(readGround);
  const said: Said = { plain: draft.plain.text, periods: periodsNamed(draft.text) };
  return claims.flatMap((claim) => {
    const reason = whyUngrounded(claim, stated, said);
    if (reason === null) return [];
    const { startsAt, endsAt } = claim.span;
    return [{ reason, text: draft.text.slice(startsAt, endsAt).trim(), span: claim.span }];
  });
}

const readGround = remembered(
  ({ text, isPrice }: GroundText) => `${isPrice}${text}`,
  ({ text, isPrice }: GroundText): GroundAmounts => {
    const amounts = readAmounts(text);
    const numbers = readBareNumbers(text);
    return {
      // "Installation: 1500" is a price although it names no currency.
      amounts: isPrice && amounts.length === 0 ? numbers : amounts,
      numbers: new Set(numbers.map(({ value }) => value)),
      periods: periodsNamed(text),
    };
  },
);

/** What the draft says around its amounts. */
interface Said {
  plain: string;
  periods: ReadonlySet<Period>;
}

function whyUngrounded(claim: Amount, stated: readonly GroundAmounts[], said: Said): string | null {
  if (claim.isBare && stated.some(({ numbers }) => numbers.has(claim.value))) return null;
  const same = stated.flatMap((ground) =>
    ground.amounts.filter((amount) => isSame(amount, claim)).map((amount) => ({ amount, ground })),
  );
  if (same.length === 0) return "no fact states this";
  const timely = same.filter(({ amount, ground }) => hasPeriod(amount, ground, claim, said));
  if (timely.length === 0) return "the fact states it for another period";
  const bounded = timely.some(({ amount }) => hasBound(amount, claim, said));
  return bounded ? null : "the fact states it as a lower or upper limit";
}

function isSame(ground: Amount, claim: Amount): boolean {
  return (
    ground.kind === claim.kind &&
    ground.value === claim.value &&
    (ground.currencies.length === 0 ||
      claim.currencies.length === 0 ||
      ground.currencies.some((code) => claim.currencies.includes(code)))
  );
}

function hasPeriod(ground: Amount, { periods }: GroundAmounts, claim: Amount, said: Said): boolean {
  if (ground.kind === "percent") return claim.period === null || claim.period === ground.period;
  if (ground.period !== null && ground.period !== "once") {
    return claim.period === null ? said.periods.has(ground.period) : claim.period === ground.period;
  }
  if (claim.period === null) return true;
  if (claim.period === "once") return [...periods].every((period) => period === "once");
  return ground.period === null && periods.has(claim.period);
}

function hasBound({ bound }: Amount, claim: Amount, said: Said): boolean {
  if (bound === null) return true;
  return claim.bound !== null
    ? claim.bound === bound || bound === "range" || claim.bound === "range"
    : namesBound(said.plain, bound);
}
