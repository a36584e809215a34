import type { Span } from "./plain-text.ts";

/** What is paid again and again; `once`: said to be paid a single time. */
export type Period = "hour" | "day" | "week" | "month" | "year" | "once";

const units: readonly { period: Period; nouns: string; adverbs: string }[] = [
  {
    period: "hour",
    nouns: "hours?|hr|hora|horas|stunde|std|heure|ora|घंटे|घंटा|ghante|ساعة|الساعة",
    adverbs: "hourly|stündlich",
  },
  {
    period: "day",
    nouns:
      "days?|night|d[ií]a|dia|noche|noite|tag|nacht|jour|nuit|giorno|notte|दिन|रात|يوم|اليوم|ليلة|الليلة",
    adverbs:
      "daily|nightly|diari[oa]s?|diária|diário|täglich|quotidien(?:ne)?|giornalier[oa]|रोज़ाना|يوميا",
  },
  {
    period: "week",
    nouns: "weeks?|wk|semana|woche|semaine|settimana|हफ़्ते|हफ्ते|सप्ताह|hafte|أسبوع|الأسبوع",
    adverbs:
      "weekly|semanal(?:es|mente)?|semanais|wöchentlich|hebdomadaire|settimanale|साप्ताहिक|أسبوعيا",
  },
  {
    period: "month",
    nouns: "months?|mo|mth|mes|mês|monat|mois|mese|महीने|महीना|माह|mahine|mahina|شهر|الشهر",
    adverbs:
      "monthly|mensual(?:es|mente)?|mensal(?:mente)?|mensais|monatliche?[nrs]?|mensuel(?:le|s|les|lement)?|mensil[ei]|mensilmente|मासिक|شهريا|شهري|شهرية",
  },
  {
    period: "year",
    nouns: "years?|yr|annum|año|ano|jahr|an|année|anno|साल|वर्ष|saal|سنة|السنة|عام|العام",
    adverbs:
      "yearly|annual(?:ly)?|anual(?:es|mente)?|anuais|jährliche?[nrs]?|annuel(?:le|s|les|lement)?|annual[ei]|p\\.a\\.|सालाना|वार्षिक|سنويا|سنوي|سنوية",
  },
  {
    period: "once",
    nouns: "(?!)",
    adverbs:
      "one-off|one-time|one time|once|lifetime|for life|for ever|forever|único|única|una sola vez|una vez|uma única vez|vitalício|de por vida|para siempre|einmalige?[nrs]?|einmal|unique|une seule fois|à vie|una tantum|एक बार|लाइफटाइम|ek baar|مرة واحدة|لمرة واحدة|مدى الحياة",
  },
];

const PER =
  "(?:\\/|per|a|an|each|every|al|el|por|cada|pro|par|im|in der|am|au|à l[ae' ]|à la|le|la|l'|ogni|प्रति|हर|har|في|كل|بال|لكل|x)";
const END = "(?![\\p{L}\\p{M}])";
const spelled = units.map(({ period, nouns, adverbs }) => ({
  period,
  after: new RegExp(`^[,;]?\\s?\\(?(?:${PER}\\s?(?:${nouns})${END}|(?:${adverbs})${END})`, "u"),
  per: new RegExp(`^\\s?\\/?\\s?${PER}\\s?(?:${nouns})${END}`, "u"),
  anywhere: new RegExp(
    `(?<![\\p{L}\\p{M}])(?:(?:${PER}\\s?(?:${nouns}))|(?:${adverbs}))${END}|\\/\\s?(?:${nouns})${END}`,
    "u",
  ),
}));

/** "499 a month", "99/mes": a number with a period is a price. */
export function hasPeriodAfter(after: string): boolean {
  return spelled.some(({ per }) => per.test(after));
}

/** The period that stands right behind an amount. */
export function periodAt(plain: string, { endsAt }: Span): Period | null {
  const after = plain.slice(endsAt, endsAt + 30);
  return spelled.find((unit) => unit.after.test(after))?.period ?? null;
}

/** Every period a plain text names. */
export function periodsIn(plain: string): ReadonlySet<Period> {
  return new Set(spelled.flatMap(({ period, anywhere }) => (anywhere.test(plain) ? period : [])));
}
