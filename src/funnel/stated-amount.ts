import { readBareNumbers } from "./amounts.ts";
import { plainText } from "./plain-text.ts";

/** True when a text says the amount, a plain decimal such as "6900.00", in some usual spelling. */
export function statesAmount(text: string, amount: string): boolean {
  const [whole = "", decimals = ""] = amount.split(".");
  const fraction = decimals.replace(/0+$/, "");
  const integer = whole.replace(/^0+(?=\d)/, "");
  const value = fraction === "" ? integer : `${integer}.${fraction}`;
  if (readBareNumbers(text).some((number) => number.value === value)) return true;
  // "1.500" reads as fifteen hundred, yet a currency of three decimals writes one and a half so.
  const spelled = new RegExp(`(?<![\\d.,])${integer}[.,]${fraction}0*(?!\\d)`);
  return fraction !== "" && spelled.test(plainText(text).text);
}
