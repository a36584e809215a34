/** A language as far as a short text shows it. Latin hi is "hi-Latn". */
export interface Detected {
  language: string;
  /** ISO 15924. */
  script: string;
}

const scripts: readonly { script: string; pattern: RegExp; language: string }[] = [
  { script: "Deva", pattern: /\p{Script=Devanagari}/gu, language: "hi" },
  { script: "Arab", pattern: /\p{Script=Arabic}/gu, language: "ar" },
  { script: "Cyrl", pattern: /\p{Script=Cyrillic}/gu, language: "ru" },
  { script: "Grek", pattern: /\p{Script=Greek}/gu, language: "el" },
  { script: "Hebr", pattern: /\p{Script=Hebrew}/gu, language: "he" },
  { script: "Kana", pattern: /[\p{Script=Hiragana}\p{Script=Katakana}]/gu, language: "ja" },
  { script: "Hang", pattern: /\p{Script=Hangul}/gu, language: "ko" },
  { script: "Hani", pattern: /\p{Script=Han}/gu, language: "zh" },
  { script: "Thai", pattern: /\p{Script=Thai}/gu, language: "th" },
  { script: "Beng", pattern: /\p{Script=Bengali}/gu, language: "bn" },
  { script: "Taml", pattern: /\p{Script=Tamil}/gu, language: "ta" },
  { script: "Latn", pattern: /\p{Script=Latin}/gu, language: "" },
];

/** Small words, each told by several languages at most twice: what a text of five words will show. */
const smallWords: Readonly<Record<string, string>> = {
  en: "the and is are you your for with this that what how much can we i my it do does have will would please thanks thank hi hello of to in on not but there be was when where which or at price yes need want",
  es: "el la los las es son usted tu su para con esto que qué cómo cuánto cuanto cuesta puede podemos yo mi lo hace tiene tengo hay por favor gracias hola de en no pero una un al del está quiero quiere sí más precio cuándo dónde buenos días necesito nos le te se y o",
  pt: "o a os as é são você seu sua para com isso que quê como quanto custa pode podemos eu meu minha não tem tenho há por favor obrigado obrigada olá oi de em mas uma um ao do da está quero quer sim mais preço quando onde bom dia preciso nós lhe te se e ou vocês no na",
  de: "der die das ist sind sie du ihr ihre für mit dies dass was wie viel kostet kann können wir ich mein es macht hat habe haben gibt bitte danke hallo von in nicht aber eine ein zum zur und oder ja guten tag brauche möchte wann wo den dem auch uns ihnen kollege auf",
  fr: "le la les est sont vous votre vos pour avec ce cela que quoi comment combien coûte peut pouvons je mon ma il fait a ai avez y merci bonjour salut de en ne pas mais une un au du des et ou oui plus prix quand où besoin voudrais veux nous c'est s'il plaît sur dans qui",
  it: "il lo la gli le è sono lei tu suo per con questo che cosa come quanto costa può possiamo io mio fa ha ho c'è grazie ciao buongiorno di in non ma una un al del e o sì più prezzo quando dove vorrei voglio ci nel della",
  nl: "de het een is zijn u je jij uw voor met dit dat wat hoe veel kost kan kunnen wij ik mijn heeft heb bedankt hallo van in niet maar en of ja prijs wanneer waar graag wil ook",
  id: "yang dan ini itu apa berapa harga saya kami anda untuk dengan tidak bisa ada terima kasih halo selamat mau di ke dari juga sudah",
  tr: "ve bir bu ne kadar için ile var yok mi mı ben siz biz fiyat merhaba teşekkürler lütfen evet hayır istiyorum nasıl çok da de",
  "hi-Latn":
    "hai hain kya mujhe chahiye aap aapka aapko ka ki ke ko nahi nahin kitna kitne kitni ji haan karo kar karna mein se bhi hum main mera kaise kab kahan bata batao dijiye raha rahe rahi hoga ho toh bhai namaste shukriya liye aur yeh woh ye",
};

const vocabulary = new Map<string, readonly string[]>();
for (const [language, listed] of Object.entries(smallWords)) {
  for (const word of listed.split(" ")) {
    vocabulary.set(word, [...(vocabulary.get(word) ?? []), language]);
  }
}

/** Shares of letters per script, the largest first. */
function scriptShares(text: string) {
  const counts = scripts.map(({ script, pattern, language }) => ({
    script,
    language,
    count: text.match(pattern)?.length ?? 0,
  }));
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  return counts
    .filter(({ count }) => count > 0)
    .map((entry) => ({ ...entry, share: entry.count / total, total }))
    .sort((one, other) => other.share - one.share);
}

const MIN_LETTERS = 6;
/** A script that carries less of a text is a name or a borrowed word. */
const MAIN_SHARE = 0.7;

/** From here on a second script is part of how somebody writes. */
const MIXED_SHARE = 0.2;

/** The scripts a text is written in; more than one when it mixes them. */
export function scriptsOf(text: string): readonly string[] {
  return scriptShares(text).flatMap(({ script, share }) =>
    share > MIXED_SHARE ? [normal(script)] : [],
  );
}

/** Kanji belong to the kana beside them. */
function normal(script: string): string {
  return script === "Hani" ? "Kana" : script;
}

/**
 * The language of a text where its script or its small words show one, else null: short texts,
 * mixtures and languages that are not listed give nothing to go by.
 */
export function detectLanguage(text: string): Detected | null {
  const shares = scriptShares(text);
  const [main] = shares;
  if (!main || main.total < MIN_LETTERS) return null;
  const isJapanese = shares.some(({ script, share }) => script === "Kana" && share > 0.1);
  if (isJapanese) return { language: "ja", script: "Kana" };
  if (main.share < MAIN_SHARE) return null;
  if (main.script !== "Latn") return { language: main.language, script: main.script };
  const language = latinLanguage(text);
  return language === null ? null : { language, script: "Latn" };
}

/** Points a language must have, and be ahead of the next one by, to be taken for sure. */
const SURE_POINTS = 2;
const SURE_LEAD = 1.4;

function latinLanguage(text: string): string | null {
  const points = new Map<string, number>();
  const seen = new Set<string>();
  for (const word of text
    .toLowerCase()
    .replaceAll("’", "'")
    .match(/[\p{L}\p{M}']+/gu) ?? []) {
    if (seen.has(word)) continue;
    seen.add(word);
    const known = vocabulary.get(word) ?? [];
    for (const language of known) {
      points.set(language, (points.get(language) ?? 0) + 1 / known.length);
    }
  }
  const [first, second] = [...points].sort(([, one], [, other]) => other - one);
  if (!first || first[1] < SURE_POINTS) return null;
  return first[1] >= (second?.[1] ?? 0) * SURE_LEAD ? first[0] : null;
}
