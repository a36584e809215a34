export type Language = "en" | "es";

const spanish =
  /\b(hola|buen[oa]s|que|como|cuanto|cuesta|quiero|quisiera|para|una?|el|los|las|gracias|por|favor|mi|es|de|tengo|vivo|casa|techo|luz|si|claro|vale|manana|llamada|visita|precio|puedo|hablar|donde|cuando|lo|y|con|pero|muy|soy|esta|garantia|caro|hay|tienen)\b/g;
const english =
  /\b(hi|hello|hey|the|is|are|how|much|what|i|you|your|my|do|does|it|can|could|would|thanks?|yes|please|for|and|with|to|of|price|cost|want|need|when|where|there|this|that|have|call|tomorrow|house|home)\b/g;

/** Lower case without accents, so that one pattern finds every spelling. */
export function plain(text: string): string {
  return text
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase();
}

function score(text: string): number {
  const words = plain(text);
  const marks = /[¿¡ñ]/i.test(text) ? 2 : 0;
  return (words.match(spanish)?.length ?? 0) + marks - (words.match(english)?.length ?? 0);
}

/** The language of the first text that shows one; the business's own if none does. */
export function detectLanguage(texts: readonly string[], fallback: string): Language {
  for (const text of texts) {
    const lean = score(text);
    if (lean !== 0) return lean > 0 ? "es" : "en";
  }
  return fallback.toLowerCase().startsWith("es") ? "es" : "en";
}
