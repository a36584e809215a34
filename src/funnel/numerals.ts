/** Matches a number with any grouping: 1500 · 1,500.00 · 1.500,00 · 1 500 · 1'500 · 1,50,000. */
export const numeralPattern =
  "(?:\\d{1,3}(?:[ ']\\d{3})+(?!\\d)(?:[.,]\\d{1,2}(?!\\d))?|\\d+(?:[.,]\\d+)*)";

/**
 * The value of a matched number as a plain decimal string ("1500", "0.5"), never a float. A single
 * separator before exactly three digits groups thousands (1.500 is 1500), as prices are written.
 */
export function numeralValue(numeral: string): string {
  const compact = numeral.replace(/[ ']/g, "");
  const decimalAt = decimalPosition(compact, compact.length !== numeral.length);
  const whole = decimalAt === -1 ? compact : compact.slice(0, decimalAt);
  const fraction = decimalAt === -1 ? "" : compact.slice(decimalAt + 1);
  return joined(whole.replace(/[.,]/g, ""), fraction);
}

/** Where the decimal separator stands, or -1. */
function decimalPosition(compact: string, isGroupedBySpace: boolean): number {
  const last = Math.max(compact.lastIndexOf("."), compact.lastIndexOf(","));
  if (last === -1 || isGroupedBySpace) return last;
  const head = compact.slice(0, last);
  const tailLength = compact.length - last - 1;
  const otherSeparator = compact[last] === "." ? "," : ".";
  if (head.includes(otherSeparator) || tailLength !== 3) return last;
  return head === "0" || /^\d{4,}$/.test(head) ? last : -1;
}

/** `value` times ten to the power of `exponent`: "4.5" and 3 give "4500". */
export function scaled(value: string, exponent: number): string {
  const [whole = "", fraction = ""] = value.split(".");
  const digits = fraction.padEnd(exponent, "0");
  return joined(whole + digits.slice(0, exponent), digits.slice(exponent));
}

function joined(whole: string, fraction: string): string {
  const significant = fraction.replace(/0+$/, "");
  const integer = whole.replace(/^0+(?=\d)/, "") || "0";
  return significant === "" ? integer : `${integer}.${significant}`;
}
