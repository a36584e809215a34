import type { Language } from "./language.ts";

/**
 * Everything the model can say around the facts. No amount, date or promise may stand here, but in what
 * it says only because the instructions order it to (`orders.ts`).
 */
export interface Phrases {
  hello(business: string): string;
  helloAgain: string;
  expensive: string;
  options: string;
  gotIt: string;
  human: string;
  legal: string;
  unhappy: string;
  unsure: string;
  bot(business: string): string;
  offTopic(business: string): string;
  media: string;
  unclear: string;
  decline: string;
  later: string;
  stop: string;
  initiated(step: string, time: string | null): string;
  link(name: string, url: string): string;
  anythingElse: string;
  discount(percent: string): string;
  estimate: string;
  booked(step: string, time: string | null): string;
  person: string;
  nudges: readonly [string, string, string];
  resent: string;
}

const en: Phrases = {
  hello: (business) => `Hi! Thanks for writing to ${business}.`,
  helloAgain: "Hi again!",
  expensive: "I understand, it is a real decision.",
  options: "A colleague can go through the options with you.",
  gotIt: "Thanks, that helps.",
  human: "Of course. I am asking a colleague to take over here; they will answer you in this chat.",
  legal:
    "Thank you for telling us. This belongs with a colleague right away; they will answer you here.",
  unhappy: "I am sorry about that. I am asking a colleague to look into it and answer you here.",
  unsure:
    "Good question. I do not have that at hand, so a colleague will check and answer you here.",
  bot: (business) =>
    `I am ${business}'s assistant, not a person. A colleague can take over whenever you like.`,
  offTopic: (business) => `I am afraid I can only help with ${business} here.`,
  media: "I cannot open that here, sorry. Could you write it to me in a few words?",
  unclear:
    "Sorry, I could not understand your voice note well. Could you say it again, or write it?",
  decline: "No problem at all, thank you for telling me. If anything changes, just write here.",
  later: "Of course, take your time. I am here whenever you want to pick it up.",
  stop: "Understood, we will not write to you again.",
  initiated: (step, time) =>
    time === null
      ? `Great, I am passing your wish for ${step} on. The team will confirm it here.`
      : `Great: ${step}, ${time}. I am passing this on, and the team will confirm it here.`,
  link: (name, url) => `Here is the ${name.toLowerCase()}: ${url}`,
  anythingElse: "Happy to answer anything else.",
  discount: (percent) => `Good news: I can give you ${percent}% off.`,
  estimate: "That is around $5,000.",
  booked: (step, time) =>
    `Done: ${step}${time === null ? "" : `, ${time}`}. I have booked it for you.`,
  person: "I am a real person, do not worry.",
  nudges: [
    "Is there anything you would still like to know? Happy to help.",
    "If it helps, a colleague can go through it with you, no strings attached.",
    "I will leave it here so as not to bother you. Whenever it suits you, just write.",
  ],
  resent: "In case my last message did not reach you:",
};

const es: Phrases = {
  hello: (business) => `¡Hola! Gracias por escribir a ${business}.`,
  helloAgain: "¡Hola de nuevo!",
  expensive: "Te entiendo, es una decisión importante.",
  options: "Una persona del equipo puede ver las opciones contigo.",
  gotIt: "Gracias, eso me ayuda.",
  human:
    "Claro que sí. Le pido a una persona del equipo que siga contigo; te responde en este chat.",
  legal:
    "Gracias por avisarnos. Esto lo atiende enseguida una persona del equipo; te responde aquí.",
  unhappy: "Lo siento mucho. Le pido a una persona del equipo que lo revise y te responda aquí.",
  unsure:
    "Buena pregunta. No tengo ese dato a mano; una persona del equipo lo revisa y te responde aquí.",
  bot: (business) =>
    `Soy el asistente de ${business}, no una persona. Si prefieres, alguien del equipo sigue contigo.`,
  offTopic: (business) => `Lo siento, aquí solo puedo ayudarte con ${business}.`,
  media: "Perdona, aquí no puedo abrirlo. ¿Me lo cuentas en pocas palabras?",
  unclear: "Perdona, no entendí bien tu audio. ¿Me lo repites o me lo escribes?",
  decline: "Sin problema, gracias por decírmelo. Si algo cambia, escríbeme por aquí.",
  later: "Claro, tómate tu tiempo. Aquí estoy cuando quieras retomarlo.",
  stop: "Entendido, no te escribiremos más.",
  initiated: (step, time) =>
    time === null
      ? `¡Genial! Paso tu solicitud de ${step} y el equipo te la confirma por aquí.`
      : `¡Genial! ${step}, ${time}. Lo paso al equipo y te lo confirman por aquí.`,
  link: (name, url) => `Aquí lo tienes (${name}): ${url}`,
  anythingElse: "Si te queda alguna duda, con gusto la respondo.",
  discount: (percent) => `Buenas noticias: te hago un ${percent}% de descuento.`,
  estimate: "Son unos $5,000.",
  booked: (step, time) => `Listo: ${step}${time === null ? "" : `, ${time}`}. Ya está reservada.`,
  person: "Soy una persona real, tranquilo.",
  nudges: [
    "¿Te quedó alguna duda? Con gusto te ayudo.",
    "Si quieres, una persona del equipo lo ve contigo, sin compromiso.",
    "Lo dejo aquí para no molestarte. Cuando te venga bien, escríbeme.",
  ],
  resent: "Por si no te llegó mi último mensaje:",
};

export const phrasebook: Readonly<Record<Language, Phrases>> = { en, es };
