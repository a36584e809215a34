import { isNegatedAt, words } from "./gates/saying.ts";
import type { BrainDecision } from "./turn.ts";

type Reason = Exclude<BrainDecision["attentionReason"], null | "unsure">;

const PERSON = words(
  "(?:speak|talk|chat|connect(?: me)?|transfer(?: me)?|put me through|switch(?: me)?) (?:directly )?(?:to|with) (?:a |an |the |your |some |another )?(?:real |actual |live )?(?:human|person|someone|somebody|agent|representative|rep|manager|colleague|operator|supervisor|owner|boss|team member|adviser|advisor)|(?:real|actual|live) (?:human|person|agent)|humans?(?: being)?(?: please| now)?|(?:customer )?(?:service )?representative|(?:get|want|need) (?:me )?(?:a |an )?(?:person|agent|manager|operator|colleague)",
  "(?:hablar|comunicar\\p{L}*|contactar|pasar\\p{L}*|p[aá]s[ae]me|comun[ií]qu\\p{L}*|chatear) (?:con|a) (?:un |una |alguien|el |la |su |tu )?(?:persona|human[oa]|agente|asesora?|representante|operadora?|encargad[oa]|gerente|alguien|ejecutiv[oa]|compañer[oa])?|persona (?:real|de verdad|humana)|(?:un |una )?human[oa]s?|(?:un )?asesor(?:a)?(?: por favor)?|atenci[oó]n humana",
  "(?:falar|conversar|me (?:passa|passe|transfere|transfira)|fala) (?:com|para|pra) (?:um |uma |o |a |algum |alguma )?(?:pessoa|human[oa]|atendente|alguém|vendedora?|gerente|consultora?|responsável)|pessoa (?:real|de verdade)|atendente(?: humano)?|atendimento humano",
  "(?:mit|zu) (?:einem |einer |einen |dem |der )?(?:echten |richtigen )?(?:menschen?|person|mitarbeiter\\p{L}*|kolleg\\p{L}*|jemandem|berater\\p{L}*|chef\\p{L}*)(?: (?:sprechen|reden|verbinden|schreiben|chatten))?|echten? menschen?|(?:ein )?mensch bitte|menschliche\\p{L}*",
  "parler (?:à|avec) (?:un |une )?(?:vraie? |autre )?(?:personne|humaine?|conseill\\p{L}+|quelqu'un|agent|responsable|collègue|être humain)|vraie personne|(?:un )?humain|(?:un )?conseiller(?: s'il (?:vous|te) plaît)?",
  "parlare con (?:un |una |qualcuno)?(?:persona|umano|operator[ei]|operatrice|consulente|responsabile)?|persona (?:vera|reale)|operatore umano",
  "(?:किसी )?(?:इंसान|व्यक्ति|आदमी|एजेंट|मैनेजर|मालिक|किसी) से (?:बात|बातचीत|जोड़)|असली इंसान|इंसान चाहिए|(?:kisi )?(?:insaan|insan|aadmi|agent|manager|kisi|banda|bande|human) se (?:baat|connect)|asli insaan",
  "(?:التحدث|اتحدث|أتحدث|أتكلم|اتكلم|أكلم|اكلم|تحويلي|حولني|كلموني) (?:مع |إلى |الى )?(?:شخص|إنسان|انسان|موظف|مندوب|مدير|أحد|احد|ممثل)|شخص حقيقي|موظف حقيقي|(?:أريد|اريد|ابي|عايز) (?:شخص|إنسان|انسان|موظف|مندوب)",
);
/** To ask what we are is no wish for somebody else. */
const ARE_YOU =
  /(?<![\p{L}\p{M}])(?:are you|r u|is this|am i|eres|es usted|hablo con|és|você é|é (?:um|uma)|bist du|sind sie|ist das|es-tu|êtes-vous|est-ce|sei|kya (?:aap|tum|main)|क्या (?:आप|तुम|मैं)|هل (?:أنت|انت|أنا|هذا))(?![\p{L}\p{M}])/u;

const LEGAL_OR_SAFETY = words(
  "lawyers?|attorneys?|solicitor|sue|suing|lawsuit|legal action|take (?:you|this) to court|small claims|police|consumer protection|trading standards|data protection (?:authority|officer)|gdpr",
  "(?:is|are|was|caught|on) (?:on )?fire|smok(?:e|ing)(?! detector)|burn(?:ing|t|ed)|gas leak|electric shock|electrocuted|injur(?:y|ed|ies)|got hurt|bleeding|suicide|kill myself|this is an emergency|it's an emergency|ambulance|dangerous",
  "abogad[oa]s?|demandar(?:é|los|te|emos)?|denunci\\p{L}+|polic[ií]a|juicio|juzgado|tribunales|profeco|consumidor|incendio|humo|quem[aá]\\p{L}*|fuga de gas|descarga el[eé]ctrica|herid[oa]s?|ambulancia|suicid\\p{L}+|peligros[oa]",
  "advogad[oa]s?|process(?:ar|o judicial)|procon|justiça|pol[ií]cia|incêndio|fumaça|vazamento de g[aá]s|choque elétrico|ferid[oa]s?|ambulância|perigos[oa]",
  "anw[aä]lt\\p{L}*|rechtsanw\\p{L}+|klage|verklag\\p{L}+|anzeige(?:n)?|gericht|polizei|verbraucherschutz|brennt|feuer|rauch|gasleck|stromschlag|verletzt\\p{L}*|notarzt|krankenwagen|selbstmord|gefährlich",
  "avocate?s?|porter plainte|plainte|tribunal|police|poursuiv\\p{L}+|incendie|brûl\\p{L}+|fumée|fuite de gaz|électrocut\\p{L}+|blessée?s?|ambulance|suicide|dangereu\\p{L}+|avvocato|denuncia\\p{L}*|tribunale|polizia|incendio|fumo|ferit[oaie]|pericolos[oa]",
  "वकील|मुकदमा|कोर्ट|अदालत|पुलिस|कानूनी|उपभोक्ता फोरम|आग लग|धुआं|धुआँ|गैस लीक|करंट लग|घायल|एम्बुलेंस|आत्महत्या|खतरनाक|vakeel|court case|police|aag lag|dhuan|current lag|ghayal",
  "ب?محام\\p{L}*|المحامي|المحكمة|محكمة|قضية|مقاضا\\p{L}*|الشرطة|بالشرطة|للشرطة|شرطة|حماية المستهلك|حريق|دخان|تسرب غاز|صعقة|مصاب|جريح|إسعاف|اسعاف|انتحار|خطير",
);

const UNHAPPY = words(
  "scam(?:mers?|med)?|fraud|rip-?off|ripped off|liars?|you lied|terrible|horrible|awful|worst|unacceptable|disgust\\p{L}+|ridiculous|furious|angry|complaint|complain|fed up|disappointed|waste of (?:time|money)|never again",
  "estafa\\p{L}*|fraude|mentiros\\p{L}+|p[eé]sim\\p{L}+|inaceptable|hart[oa]s?|enojad[oa]|enfadad[oa]|queja\\p{L}*|reclamo|decepcionad[oa]|robo|una vergüenza|el peor|la peor",
  "golpe|mentiros\\p{L}+|p[eé]ssim[oa]|inaceit[aá]vel|absurdo|reclama\\p{L}+|decepcionad[oa]|irritad[oa]|furios[oa]|vergonha|enganad[oa]",
  "betrug\\p{L}*|betrüger\\p{L}*|abzocke|unverschämt\\p{L}*|beschwer\\p{L}+|unzumutbar|inakzeptabel|enttäuscht|wütend|sauer|frechheit|katastrophal\\p{L}*|schlechteste\\p{L}*",
  "arnaque\\p{L}*|escroc\\p{L}*|inadmissible|inacceptable|réclamation|plaindre|déçue?s?|furieu\\p{L}+|honteu\\p{L}+|scandaleu\\p{L}+|truffa|inaccettabile|reclamo|deluso|delusa|vergogna",
  "धोखा|धोखेबाज़?|ठगी|शिकायत|घटिया|बकवास|निराश|गुस्सा|dhokha|thagi|shikayat|ghatiya|bakwas|gussa",
  "نصب|نصاب\\p{L}*|احتيال|شكوى|أشتكي|اشتكي|أسوأ|اسوأ|سيئ\\p{L}*|محبط|غاضب|كذب\\p{L}*",
);

const nets: readonly { reason: Reason; pattern: RegExp }[] = [
  { reason: "legal_or_safety", pattern: LEGAL_OR_SAFETY },
  { reason: "asked_for_human", pattern: PERSON },
  { reason: "unhappy", pattern: UNHAPPY },
];

/**
 * A net under the model: why a person is to look at what a lead wrote, by its words alone. It knows the
 * plain ways to say so in en, es, pt, de, fr, it, hi and ar; null where none stands there.
 */
export function calledFor(texts: readonly string[]): { reason: Reason; words: string } | null {
  const plain = texts.map((text) => text.normalize("NFKC").toLowerCase().replaceAll("’", "'"));
  for (const { reason, pattern } of nets) {
    for (const text of plain) {
      const match = [...text.matchAll(pattern)].find(
        ({ 0: said, index }) =>
          !isNegatedAt(text, index, index + said.length) &&
          !(reason === "asked_for_human" && ARE_YOU.test(text.slice(0, index))),
      );
      if (match) return { reason, words: match[0] };
    }
  }
  return null;
}
