import type { Persona } from "./contract.ts";

/** The people whose phones the page can show: with number, without one, and Spanish-speaking. */
export const personas: readonly Persona[] = [
  {
    id: "ana",
    name: "Ana Reyes",
    about: "Owns a house in Denver and wants a price first. Her phone number is known.",
    phone: "15550100001",
    bsuid: "US.13491208655302741001",
    username: null,
    language: "en",
    suggestions: ["Hi, how much is it?", "How does it work?", "Can I talk to a person?"],
  },
  {
    id: "sam",
    name: "Sam Okafor",
    about:
      "Hides the phone number behind a username: the business knows only a business-scoped id.",
    phone: null,
    bsuid: "US.13491208655302741002",
    username: "sam.okafor",
    language: "en",
    suggestions: ["Hello! I saw your ad", "What does it cost?", "Is there a warranty?"],
  },
  {
    id: "marta",
    name: "Marta Ibáñez",
    about: "Writes in Spanish, and is answered in Spanish.",
    phone: "34600000103",
    bsuid: "ES.13491208655302741003",
    username: null,
    language: "es",
    suggestions: ["Hola, ¿cuánto cuesta?", "¿Cómo funciona?", "Quiero agendar una llamada"],
  },
];
