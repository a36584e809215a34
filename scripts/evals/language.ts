/** Scripts that mean one language, or one by default. Arabic letters that only Urdu has come first. */
const scripts: readonly (readonly [pattern: RegExp, language: string])[] = [
  [/[ٹڈڑےں]/g, "ur"],
  [/\p{Script=Arabic}/gu, "ar"],
  [/\p{Script=Devanagari}/gu, "hi"],
  [/\p{Script=Bengali}/gu, "bn"],
  [/\p{Script=Tamil}/gu, "ta"],
  [/[іїєґ]/gi, "uk"],
  [/\p{Script=Cyrillic}/gu, "ru"],
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/gu, "ja"],
  [/\p{Script=Hangul}/gu, "ko"],
  [/\p{Script=Han}/gu, "zh"],
  [/\p{Script=Hebrew}/gu, "he"],
  [/\p{Script=Greek}/gu, "el"],
];

/** Small words that hardly a sentence does without, and few other languages share. */
const smallWords: Readonly<Record<string, string>> = {
  en: "the is are and you your we our for with can will have of to this that it would what how please here",
  es: "el la los las que para con una por está es hola puede su usted de y en tu aquí le gracias cuesta",
  pt: "o os as que para com uma por está é olá pode seu você não um do da em aqui obrigado custa nosso",
  de: "der die das und ist für mit ein eine sie wir ihnen kann auf nicht ich es hier gerne kostet bitte",
  fr: "le les et est pour avec une vous nous votre des du je pas ici que merci dans coûte au peut",
  it: "il gli è per con una che di le non può qui grazie del della sono lei ti costa nostro",
  nl: "de het een en is voor met u we wij kunt van niet hier graag kost bedankt je dat",
  id: "yang dan untuk dengan kami anda bisa di ini adalah tidak ada saya ya harga terima kasih",
  tr: "ve bir için ile bu size olarak var mı merhaba teşekkürler burada fiyat evet değil",
  "hi-Latn":
    "hai hain ka ki ke ko aap aapko kya mein main nahi kar haan ji se bhi hum yeh liye karna",
};
const dictionaries = Object.entries(smallWords).map(
  ([language, words]) => [language, new Set(words.split(" "))] as const,
);

/** Links, product names in quotes and amounts say nothing about a language. */
const NOISE = /https?:\/\/\S+|[\p{N}.,%$€£₹]+/gu;

/**
 * The language a text is written in, by its script or its small words; null where neither tells. A
 * checker of its own: it must not agree with the product by sharing its code.
 */
export function languageOf(text: string): string | null {
  const plain = text.replace(NOISE, " ");
  const letters = plain.match(/\p{L}/gu)?.length ?? 0;
  for (const [pattern, language] of scripts) {
    const found = plain.match(pattern)?.length ?? 0;
    if (found > 0 && (found >= letters / 4 || language === "ur" || language === "uk"))
      return language;
  }
  const words = plain.toLowerCase().match(/[\p{L}\p{M}]+/gu) ?? [];
  const scores = dictionaries.map(
    ([language, known]) => [language, words.filter((word) => known.has(word)).length] as const,
  );
  scores.sort(([, a], [, b]) => b - a);
  const [best, second] = scores;
  if (!best || best[1] === 0 || best[1] === second?.[1]) return null;
  return best[0];
}

const written = new Set(scripts.map(([, language]) => language));
const told = new Set([...written, ...Object.keys(smallWords)]);

/** Whether a text may pass for the language of a BCP 47 tag; where nothing tells, it may. */
export function isWrittenIn(text: string, tag: string): boolean {
  const found = languageOf(text);
  const wanted = /-latn\b/i.test(tag) ? tag : (tag.split("-")[0] ?? tag);
  if (found === null || found === wanted) return true;
  // Of a language that is not known here, only its letters can be judged.
  return !told.has(wanted) && !written.has(found);
}
