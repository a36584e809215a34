/** A word for a number, or for a part of one. */
export interface NumberWord {
  value: number;
  /** Also an everyday word: a number only where money, a percentage or a scale goes with it. */
  isDoubtful: boolean;
}

/** From `from` on, one word (or several for the same number, with "/") after the other. */
function counted(from: number, words: string, step = 1): [string, number][] {
  return words
    .trim()
    .split(/\s+/)
    .flatMap((spellings, index) =>
      spellings.split("/").map((word): [string, number] => [word, from + index * step]),
    );
}

const english = [
  ...counted(2, "two three four five six seven eight nine ten eleven twelve thirteen fourteen"),
  ...counted(15, "fifteen sixteen seventeen eighteen nineteen"),
  ...counted(
    20,
    "twenty thirty forty/fourty fifty sixty seventy eighty ninety hundred/hundreds",
    10,
  ),
  ...counted(1_000, "thousand/thousands/grand"),
  ...counted(1_000_000, "million"),
];

const spanish = [
  ...counted(2, "dos tres cuatro cinco seis siete ocho nueve diez"),
  ...counted(12, "doce trece catorce quince dieciséis/dieciseis diecisiete dieciocho diecinueve"),
  ...counted(20, "veinte veintiuno/veintiún/veintiun veintidós/veintidos veintitrés/veintitres"),
  ...counted(
    24,
    "veinticuatro veinticinco veintiséis/veintiseis veintisiete veintiocho veintinueve",
  ),
  ...counted(30, "treinta cuarenta cincuenta sesenta setenta ochenta noventa cien/ciento", 10),
  ...counted(200, "doscientos/doscientas trescientos/trescientas cuatrocientos/cuatrocientas", 100),
  ...counted(500, "quinientos/quinientas seiscientos/seiscientas setecientos/setecientas", 100),
  ...counted(800, "ochocientos/ochocientas novecientos/novecientas mil", 100),
  ...counted(1_000_000, "millón/millones"),
];

const portuguese = [
  ...counted(2, "dois/duas três quatro cinco seis sete oito nove dez onze doze treze"),
  ...counted(
    14,
    "quatorze/catorze quinze dezesseis/dezasseis dezessete/dezassete dezoito dezenove",
  ),
  ...counted(20, "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa cem/cento", 10),
  ...counted(200, "duzentos/duzentas trezentos/trezentas quatrocentos/quatrocentas", 100),
  ...counted(500, "quinhentos/quinhentas seiscentos/seiscentas setecentos/setecentas", 100),
  ...counted(800, "oitocentos/oitocentas novecentos/novecentas", 100),
  ...counted(1_000_000, "milhão/milhões"),
];

const french = [
  ...counted(2, "deux trois quatre cinq"),
  ...counted(8, "huit"),
  ...counted(10, "dix onze douze treize quatorze quinze seize"),
  ...counted(20, "vingt/vingts trente quarante cinquante soixante septante huitante nonante", 10),
  ...counted(1_000, "mille"),
];

const german = [
  ...counted(2, "zwei/zwo drei vier fünf/fuenf sechs sieben acht neun zehn"),
  ...counted(12, "zwölf/zwoelf"),
  ...counted(16, "sechzehn siebzehn"),
  ...counted(20, "zwanzig dreißig/dreissig vierzig fünfzig/fuenfzig sechzig siebzig achtzig", 10),
  ...counted(90, "neunzig hundert", 10),
  ...counted(1_000, "tausend"),
  ...counted(1_000_000, "millionen"),
];

const italian = [
  ...counted(3, "tre quattro cinque"),
  ...counted(7, "sette otto nove dieci undici dodici tredici quattordici quindici sedici"),
  ...counted(17, "diciassette diciotto diciannove"),
  ...counted(20, "venti trenta quaranta cinquanta sessanta settanta ottanta novanta cento", 10),
  ...counted(1_000, "mille/mila"),
  ...counted(1_000_000, "milione/milioni"),
];

const hindi = [
  ...counted(
    2,
    "दो तीन चार पांच/पाँच छह/छः सात आठ नौ दस ग्यारह बारह तेरह चौदह पंद्रह/पन्द्रह सोलह सत्रह अठारह उन्नीस",
  ),
  ...counted(20, "बीस इक्कीस बाईस तेईस चौबीस पच्चीस छब्बीस सत्ताईस अट्ठाईस उनतीस"),
  ...counted(30, "तीस इकतीस बत्तीस तैंतीस चौंतीस पैंतीस छत्तीस सैंतीस अड़तीस उनतालीस"),
  ...counted(40, "चालीस इकतालीस बयालीस तैंतालीस चौवालीस पैंतालीस छियालीस सैंतालीस अड़तालीस उनचास"),
  ...counted(50, "पचास इक्यावन बावन तिरपन चौवन पचपन छप्पन सत्तावन अट्ठावन उनसठ"),
  ...counted(60, "साठ इकसठ बासठ तिरसठ चौंसठ पैंसठ छियासठ सड़सठ अड़सठ उनहत्तर"),
  ...counted(70, "सत्तर इकहत्तर बहत्तर तिहत्तर चौहत्तर पचहत्तर छिहत्तर सतहत्तर अठहत्तर उन्यासी"),
  ...counted(80, "अस्सी इक्यासी बयासी तिरासी चौरासी पचासी छियासी सत्तासी अट्ठासी नवासी"),
  ...counted(90, "नब्बे इक्यानवे बानवे तिरानवे चौरानवे पचानवे छियानवे सत्तानवे अट्ठानवे निन्यानवे सौ"),
  ...counted(1_000, "हज़ार/हजार"),
  ...counted(100_000, "लाख"),
  ...counted(10_000_000, "करोड़"),
  ...counted(0.5, "साढ़े/साढे/sadhe"),
  ...counted(1.5, "डेढ़/dedh ढाई/dhai"),
];

/** Hindi in Latin letters, as it is mostly typed. */
const hindiInLatin = [
  ...counted(5, "paanch/panch"),
  ...counted(20, "bees tees chalis/chaalis pachas/pachaas", 10),
  ...counted(70, "sattar assi nabbe sau", 10),
  ...counted(1_000, "hazaar/hazar/hajar"),
  ...counted(100_000, "lakh/lakhs/lac"),
  ...counted(10_000_000, "crore/crores/karod"),
];

const arabic = [
  ...counted(
    2,
    "اثنان/اثنين/اثنتان ثلاثة/ثلاث أربعة/اربعة/أربع خمسة/خمس ستة/ست سبعة/سبع ثمانية/ثماني/ثمان تسعة/تسع عشرة/عشر",
  ),
  ...counted(
    20,
    "عشرون/عشرين ثلاثون/ثلاثين أربعون/أربعين/اربعين خمسون/خمسين ستون/ستين سبعون/سبعين ثمانون/ثمانين تسعون/تسعين مئة/مائة/مية",
    10,
  ),
  ...counted(
    200,
    "مئتان/مئتين/مائتان/مائتين ثلاثمئة/ثلاثمائة أربعمئة/أربعمائة/اربعمائة خمسمئة/خمسمائة ستمئة/ستمائة سبعمئة/سبعمائة ثمانمئة/ثمانمائة تسعمئة/تسعمائة ألف/الف/آلاف/الاف",
    100,
  ),
  ...counted(2_000, "ألفان/ألفين/الفين"),
  ...counted(1_000_000, "مليون"),
];

const doubtful: [string, number][] = [
  ...["a", "an", "one", "un", "una", "uno", "um", "uma", "une", "ein", "eine", "einen"].map(
    (word): [string, number] => [word, 1],
  ),
  ...["ek", "एक", "واحد"].map((word): [string, number] => [word, 1]),
  ...counted(2, "do due"),
  ...counted(3, "teen char"),
  ...counted(6, "six/sei"),
  ...counted(7, "sept"),
  ...counted(9, "neuf das/dus"),
  ...counted(11, "once/elf"),
  ...counted(60, "saath"),
  ...counted(100, "cents/cent"),
  ...counted(0.5, "half"),
  ...counted(0, "zero/cero/null"),
];

export const englishWords: ReadonlySet<string> = new Set(english.map(([word]) => word));

/** Languages that write a number as one word, by its parts. */
export const compoundLanguages: readonly ReadonlyMap<string, number>[] = [
  new Map([...german, ["ein", 1], ["eins", 1], ["und", 0], ["elf", 11]]),
  new Map([
    ...italian,
    ...counted(1, "uno/un due"),
    ...counted(6, "sei"),
    ...counted(20, "vent trent quarant cinquant sessant settant ottant novant", 10),
  ]),
];

/** Every word of every language; a doubtful one stays doubtful whichever language knows it too. */
export function numberWords(): ReadonlyMap<string, NumberWord> {
  const plain = [
    ...[...english, ...spanish, ...portuguese, ...french, ...german, ...italian],
    ...[...hindi, ...hindiInLatin, ...arabic],
  ];
  const entry =
    (isDoubtful: boolean) =>
    ([word, value]: [string, number]): [string, NumberWord] => [word, { value, isDoubtful }];
  return new Map([...plain.map(entry(false)), ...doubtful.map(entry(true))]);
}
