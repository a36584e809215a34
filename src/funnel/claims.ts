import type { CtaOffer, Fact } from "./turn.ts";
export interface Claim {
  text: string;
  kind: "money" | "percent";
  value: string;
  currency: string | null;
}
export function ungroundedClaims(
  _draft: string,
  _grounds: { facts: readonly Fact[]; ctas: readonly CtaOffer[] },
): readonly Claim[] {
  return [];
}
