import { plain } from "./language.ts";

/** What people write about, in English and Spanish, without accents. */
const patterns = {
  stop: /\b(stop (messaging|texting|writing|contacting)|unsubscribe|leave me alone|remove me|opt out|no me escrib\w+|deja(d|r|n)? de escribir\w*|dar(me)? de baja|no me molest\w+|no quiero mas mensajes)\b|^\s*(stop|baja)\s*[.!]*$/,
  legal:
    /\b(lawyer|attorney|sue|suing|legal action|court|abogad[oa]|demandar\w*|denuncia\w*|juicio)\b/,
  safety:
    /\b(on fire|smoke|burning|electric shock|electrocut\w+|sparks?|sparking|injur\w+|incendio|humo|chispas?|quemand\w+|descarga electrica|herid[oa]s?)\b/,
  human:
    /\b(human|real person|a person|someone real|(speak|talk|chat) (to|with) (someone|somebody|an? \w+)|agent|representative|asesora?|una persona|un humano|agente|hablar con (alguien|una? \w+))\b/,
  angry:
    /\b(ridiculous|terrible|awful|worst|useless|waste of time|angry|unacceptable|disgusting|pesim[oa]|horrible|inutil(es)?|verguenza|perdida de tiempo|enojad[oa]|enfadad[oa]|molest[oa]|inaceptable)\b/,
  distrust: /\b(scam\w*|rip ?off|fraud|fake|estafa\w*|timo|fraude|enganan?)\b/,
  injection:
    /\b(ignore (all|any|your|the|previous)|system prompt|developer mode|you are now|jailbreak|ignora (todas?|tus|las)|eres ahora)\b/,
  price:
    /\b(prices?|pricing|costs?|how much|quotes?|rates?|fees?|precios?|cuanto (cuesta|vale|es|sale|seria|cobran|me)\w*|cuestan?|tarifas?|presupuesto|cotiza\w*|kostet|preise?|combien|prix|preco|quanto (custa|costa))\b/,
  expensive:
    /\b(expensive|too much|pricey|can ?'?t afford|cheaper|discounts?|better price|car[oa]s?|carisim[oa]|descuentos?|mas barat[oa]|rebajas?|no puedo pagar)\b/,
  how: /\b(how (does|do|would|will) (it|this|that|you|the process) (all )?work|how it works|the process|explain|next steps?|como (funciona|es el proceso|trabajan)|explica\w*|el proceso)\b/,
  bookVerb:
    /\b(book|schedule|arrange|set up|call me|ring me|give me a call|(come|stop|drop) (by|over|out)|agenda(r|me)?|reserva(r|me)?|llamame|llamenme|visitenme|concertar)\b/,
  bookNoun:
    /\b(appointment|visit|call|demo|meeting|consultation|cita|visita|llamada|reunion|demostracion)\b/,
  wish: /\b(i('d| would)? (want|like|love)|can (you|we|i)|could (you|we|i)|let'?s|please|quiero|quisiera|me gustaria|podemos|pueden|podria\w*)\b/,
  link: /\b(calculator|link|website|calculadora|enlace|pagina web)\b/,
  later:
    /\b(later|think about it|think it over|not now|another time|next month|get back to you|luego|mas tarde|mas adelante|pensarlo|lo pienso|pensarmelo|otro dia|ahora no|el mes que viene)\b/,
  notInterested:
    /\b(not interested|no,? thanks|no,? thank you|changed my mind|went with (another|someone)|no me interesa|no,? gracias|ya no (me interesa|quiero)|no quiero nada)\b/,
  bot: /\b((are you|is this|am i talking to) (a |an )?(real |actual )?(bot|robot|human|ai|person|machine)|(eres|es esto|hablo con|sos) (un |una )?(bot|robot|human[oa]|persona|maquina|ia))\b/,
  offTopic:
    /\b(jokes?|poem|weather|recipe|homework|president|football|soccer|capital of|essay|translate|chistes?|poema|clima|receta|presidente|futbol|deberes|capital de|traduce)\b/,
  greeting:
    /\b(hi|hello|hey|good (morning|afternoon|evening)|hola|buen[oa]s( dias| tardes| noches)?)\b/,
  agree:
    /^\W*(yes|yeah|yep|yup|sure|of course|sounds good|let'?s do it|ok|okay|please do|go ahead|great|perfect|si|claro|dale|por supuesto|vale|de acuerdo|perfecto|me parece bien|adelante|genial)\b/,
  refuse: /^\W*(no|nope|nah|not really|todavia no|aun no)\b/,
  question:
    /[?¿]|\b(what about|how about|que tal)\b|^\W*(do|does|did|is|are|can|could|what|when|where|which|who|why|how|que|como|cuando|cual|donde|quien|tienen|hacen|puedo|pueden)\b/,
} as const satisfies Record<string, RegExp>;

export type Topic = keyof typeof patterns;

/** Everything the text touches. */
export function topicsOf(text: string): ReadonlySet<Topic> {
  const words = plain(text).replaceAll("’", "'");
  const names = Object.keys(patterns) as Topic[];
  return new Set(names.filter((name) => patterns[name].test(words)));
}

const closings =
  /\b(ok(ay)?|thanks|thank you|thx|so much|very much|a lot|great|perfect|got it|cool|bye|see you|nice|alright|gracias|muchas|mil|vale|perfecto|listo|genial|de acuerdo|adios|hasta luego|entendido)\b/g;

/** True for "ok", "thanks!", a lone emoji: words that end a talk and ask for nothing. */
export function isClosing(text: string): boolean {
  return (
    text.trim() !== "" &&
    plain(text)
      .replace(closings, "")
      .replace(/[^\p{L}\p{N}?؟？]/gu, "") === ""
  );
}

const DAY =
  "day after tomorrow|tomorrow|today|tonight|(?:next )?(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)|next week|pasado mañana|mañana|hoy|(?:el |este )?(?:lunes|martes|miércoles|miercoles|jueves|viernes|sábado|sabado|domingo)|la semana que viene";
const HOUR =
  "(?:at |around |a las? |sobre las? )?\\d{1,2}(?::\\d{2}|h)?\\s?(?:am|pm|a\\.m\\.|p\\.m\\.|o'clock|de la (?:mañana|tarde|noche))|(?:at |around |a las? |sobre las? )\\d{1,2}(?::\\d{2})?|\\d{1,2}:\\d{2}|(?:in the |this )?(?:morning|afternoon|evening)|por la (?:mañana|tarde|noche)|esta (?:mañana|tarde|noche)";
const TIME = new RegExp(`(?<![\\p{L}\\d])(?:${DAY}|${HOUR})(?![\\p{L}\\d])`, "giu");

/** The time somebody names, in their own words from the first to the last of them; null if none. */
export function timeIn(text: string): string | null {
  const hits = [...text.matchAll(TIME)];
  const first = hits[0];
  const last = hits.at(-1);
  if (!first || !last) return null;
  return text
    .slice(first.index, last.index + last[0].length)
    .trim()
    .slice(0, 100);
}
