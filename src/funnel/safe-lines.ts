import { detectLanguage } from "./gates/language.ts";

/** Says nothing that could be wrong, and that a person will see to it. By language. */
const lines: Readonly<Record<string, string>> = {
  en: "Thank you for your message. I am passing it on to a colleague, who will answer you here.",
  es: "Gracias por tu mensaje. Lo paso a una persona del equipo, que te responderá por aquí.",
  pt: "Obrigado pela sua mensagem. Vou passá-la a um colega da equipe, que vai responder por aqui.",
  de: "Danke für Ihre Nachricht. Ich gebe sie an das Team weiter; jemand antwortet Ihnen hier.",
  fr: "Merci pour votre message. Je le transmets à l'équipe, qui vous répondra ici.",
  it: "Grazie per il messaggio. Lo passo a un collega, che le risponderà qui.",
  nl: "Bedankt voor uw bericht. Ik geef het door aan een collega, die u hier antwoordt.",
  tr: "Mesajınız için teşekkürler. Bir ekip arkadaşıma iletiyorum, size buradan yanıt verecek.",
  id: "Terima kasih atas pesannya. Saya teruskan ke rekan saya, yang akan membalas di sini.",
  ru: "Спасибо за сообщение. Передаю его коллеге, вам ответят здесь.",
  hi: "आपके संदेश के लिए धन्यवाद। मैं इसे अपने सहकर्मी को भेज रहा हूँ, वे आपको यहीं जवाब देंगे।",
  "hi-Latn":
    "Aapke message ke liye shukriya. Main ise apne colleague ko de raha hoon, woh aapko yahin jawab denge.",
  ar: "شكرا على رسالتك. سأنقلها إلى أحد الزملاء وسيرد عليك هنا.",
  zh: "感谢您的留言。我会转给同事，由同事在这里回复您。",
  ja: "メッセージありがとうございます。担当者に伝え、こちらでお返事いたします。",
  ko: "메시지 감사합니다. 담당자에게 전달하여 여기에서 답변드리겠습니다.",
};

/** The languages that have a line of their own. */
export const safeLineLanguages: readonly string[] = Object.keys(lines);

/**
 * The built-in line for a lead whom no draft may answer: in the language the lead's words show, else in
 * the one named (BCP 47), else in English.
 */
export function safeLine(leadWords: string, language: string): string {
  const seen = detectLanguage(leadWords)?.language;
  const [primary = ""] = language.split("-");
  const tagged = language.toLowerCase().startsWith("hi-latn") ? "hi-Latn" : primary.toLowerCase();
  return lines[seen ?? tagged] ?? lines[tagged] ?? lines["en"] ?? "";
}
