/** What a lead sent, as far as it matters here. */
export interface Inbound {
  /** WhatsApp's type. */
  kind: string;
  /** Body, caption or tapped title. */
  text: string | null;
  /** Whether more than the text was understood: a place, a card, a form's answers. */
  hasContent: boolean;
}

/** Understood through their text alone: a picture is, if words go with it. */
const textKinds: ReadonlySet<string> = new Set(["text", "button", "image", "video", "document"]);

/** Their content can be put into words. */
const contentKinds: ReadonlySet<string> = new Set(["interactive", "location", "contacts", "order"]);

/** Kinds that ask nothing of anybody. */
const silentKinds: ReadonlySet<string> = new Set(["reaction", "system"]);

/**
 * Who is to see to a message of a lead: the bot where there are words to answer, nobody for reactions
 * and WhatsApp's own news, else a person.
 */
export function whoAnswers({ kind, text, hasContent }: Inbound): "bot" | "person" | "nobody" {
  if (silentKinds.has(kind)) return "nobody";
  if (textKinds.has(kind) && text !== null) return "bot";
  if (contentKinds.has(kind) && (text !== null || hasContent)) return "bot";
  return "person";
}
