interface Vocabulary {
  language: string;
  stop: readonly string[];
  start: readonly string[];
  confirmation: string;
}

/*
 * Whole messages only, so words with an everyday second meaning are left out although some SMS rules
 * list them: "cancel" and "end" are about an appointment more often than about the chat, and "para",
 * "basta", "ok stop there" are ordinary talk. What is said in other words is Brain's to notice.
 */
const vocabularies: readonly Vocabulary[] = [
  {
    language: "en",
    stop: [
      ...["stop", "stop all", "stopall", "unsubscribe", "opt out", "optout", "opt-out", "quit"],
      ...["stop messaging me", "stop texting me", "stop messages", "please stop", "remove me"],
      ...["do not contact me", "don't contact me", "do not message me", "don't message me"],
    ],
    start: ["start", "unstop", "subscribe", "resubscribe", "opt in", "opt-in", "resume"],
    confirmation:
      "You will not get any more messages from us; write START whenever you want to come back.",
  },
  {
    language: "es",
    stop: [
      ...["parar", "baja", "darme de baja", "dar de baja", "quiero darme de baja", "detener"],
      ...[
        "no molestar",
        "no me escriban",
        "no me escriban mas",
        "no me escribas mas",
        "cancelar suscripcion",
      ],
    ],
    start: ["iniciar", "reanudar", "alta", "darme de alta", "suscribirme"],
    confirmation: "No le enviaremos más mensajes; escriba INICIAR cuando quiera volver.",
  },
  {
    language: "pt",
    stop: [
      ...["pare", "sair", "descadastrar", "cancelar inscricao", "quero sair", "me remova"],
      ...["nao me mande mais mensagens", "nao quero mais mensagens"],
    ],
    start: ["voltar", "comecar", "retomar", "inscrever"],
    confirmation: "Não enviaremos mais mensagens; escreva VOLTAR quando quiser retomar.",
  },
  {
    language: "de",
    stop: [
      ...["stopp", "abmelden", "abbestellen", "austragen", "keine nachrichten mehr"],
      ...["bitte nicht mehr schreiben", "nicht mehr schreiben"],
    ],
    start: ["starten", "anmelden", "fortsetzen"],
    confirmation:
      "Sie erhalten keine weiteren Nachrichten von uns; schreiben Sie STARTEN, um zurückzukommen.",
  },
  {
    language: "fr",
    stop: [
      ...["arret", "arreter", "arretez", "desabonner", "me desabonner", "desinscrire"],
      ...["me desinscrire", "ne plus recevoir de messages", "ne m'ecrivez plus"],
    ],
    start: ["reprendre", "demarrer", "m'abonner", "me reabonner"],
    confirmation:
      "Vous ne recevrez plus de messages de notre part ; écrivez REPRENDRE pour revenir.",
  },
  {
    language: "it",
    stop: [
      ...["ferma", "fermati", "disiscrivimi", "disiscriviti", "cancellami", "disdici iscrizione"],
      ...["non scrivetemi piu", "non scrivermi piu"],
    ],
    start: ["riprendi", "iscrivimi", "inizia", "ricomincia"],
    confirmation: "Non riceverà più messaggi da noi; scriva RIPRENDI quando vuole tornare.",
  },
  {
    language: "hi",
    stop: [
      ...["रोको", "रोकें", "रुको", "बंद करो", "बंद करें", "बन्द करो", "संदेश बंद करें", "मैसेज बंद करो", "स्टॉप"],
      ...["band karo", "message band karo", "mat bhejo", "message mat bhejo"],
    ],
    start: ["शुरू", "शुरू करें", "शुरू करो", "चालू करें", "स्टार्ट", "shuru karo"],
    confirmation: "अब हम आपको संदेश नहीं भेजेंगे; वापस आने के लिए START लिखें।",
  },
  {
    language: "ar",
    stop: [
      ...["توقف", "توقفوا", "قف", "إيقاف", "أوقف", "إلغاء الاشتراك", "الغاء الاشتراك"],
      ...["لا تراسلني", "لا تراسلوني", "أوقفوا الرسائل"],
    ],
    start: ["ابدأ", "اشتراك", "استئناف"],
    confirmation: "لن نرسل إليك رسائل أخرى؛ اكتب START متى أردت العودة.",
  },
  {
    language: "ru",
    stop: ["стоп", "отписаться", "отпишите меня", "не пишите мне"],
    start: ["старт", "подписаться", "возобновить"],
    confirmation: "Мы больше не будем вам писать; отправьте СТАРТ, когда захотите вернуться.",
  },
  {
    language: "nl",
    stop: ["afmelden", "uitschrijven", "geen berichten meer"],
    start: ["aanmelden", "hervatten"],
    confirmation: "U ontvangt geen berichten meer van ons; stuur HERVATTEN om terug te komen.",
  },
  {
    language: "tr",
    stop: ["dur", "durdur", "iptal et", "abonelikten çık", "mesaj atmayın"],
    start: ["başlat", "devam et"],
    confirmation: "Size artık mesaj göndermeyeceğiz; geri dönmek için BAŞLAT yazın.",
  },
  {
    language: "id",
    stop: ["berhenti", "hentikan", "stop kirim pesan"],
    start: ["mulai", "lanjutkan"],
    confirmation: "Kami tidak akan mengirim pesan lagi; tulis MULAI jika ingin kembali.",
  },
];

/** Accents, harakat and tatweel: what people leave out when typing. Vowel signs of Hindi stay. */
const OPTIONAL_MARKS = /[\u0300-\u036f\u064b-\u065f\u0670\u0640]/g;
const NOT_WORD = /[^\p{L}\p{M}\p{N}]+/gu;

function normalise(text: string): string {
  return text
    .normalize("NFKD")
    .toLowerCase()
    .replace(OPTIONAL_MARKS, "")
    .normalize("NFC")
    .replaceAll("ı", "i")
    .replaceAll("ى", "ي")
    .replace(/['’]/g, "")
    .replace(NOT_WORD, " ")
    .trim();
}

interface OptOutMatch {
  kind: "stop" | "start";
  language: string;
  /** The listed word as it stands in the vocabulary. */
  keyword: string;
}

function indexed(): ReadonlyMap<string, OptOutMatch> {
  const index = new Map<string, OptOutMatch>();
  const add = (keyword: string, match: OptOutMatch) => {
    // The first language to list a word keeps it; no word is both a stop and a start.
    if (!index.has(normalise(keyword))) index.set(normalise(keyword), match);
  };
  for (const { language, stop, start } of vocabularies) {
    for (const keyword of stop) add(keyword, { kind: "stop", language, keyword });
    for (const keyword of start) add(keyword, { kind: "start", language, keyword });
  }
  return index;
}

const matches = indexed();

/**
 * Recognises a message that is nothing but a stop or start word, in any case, with or without
 * accents, punctuation or emoji around it. A start word means something only after an opt-out.
 */
export function matchOptOut(text: string): OptOutMatch | null {
  return matches.get(normalise(text)) ?? null;
}

/** One polite sentence that confirms an opt-out and says how to come back. `language` is BCP 47. */
export function optOutConfirmation(language: string): string {
  const primary = language.toLowerCase().split(/[-_]/)[0];
  const [english] = vocabularies;
  const spoken = vocabularies.find((vocabulary) => vocabulary.language === primary) ?? english;
  return spoken?.confirmation ?? "";
}
