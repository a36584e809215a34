/**
 * Countries where one number goes by two spellings (whatsapp.md 7): Brazil's ninth digit, which only
 * mobile numbers have, Mexico's 1 and Argentina's 9. Each pair is written there and back.
 */
const spellings: readonly (readonly [RegExp, string])[] = [
  [/^55(\d\d)([6-9]\d{7})$/, "55$19$2"],
  [/^55(\d\d)9([6-9]\d{7})$/, "55$1$2"],
  [/^52(\d{10})$/, "521$1"],
  [/^521(\d{10})$/, "52$1"],
  [/^54([1-8]\d{9})$/, "549$1"],
  [/^549(\d{10})$/, "54$1"],
];

/** Every spelling of a phone number (E.164 digits), the given one first. */
export function phoneVariants(phone: string): string[] {
  const other = spellings.find(([pattern]) => pattern.test(phone));
  return other === undefined ? [phone] : [phone, phone.replace(other[0], other[1])];
}

/** The same for all spellings of one number. */
export function phoneKey(phone: string): string {
  return phoneVariants(phone).toSorted((a, b) => a.length - b.length)[0] ?? phone;
}
