import type { Grounds } from "../../../src/funnel/gates/gate.ts";
import type { CtaOffer, Fact, ToolResult } from "../../../src/funnel/turn.ts";

let facts = 0;
const fact = (topic: string, text: string): Fact => ({
  id: `f${++facts}`,
  kind: "fact",
  topic,
  text,
});
const price = (topic: string, text: string): Fact => ({ ...fact(topic, text), kind: "price" });

const survey: CtaOffer = {
  ...{ id: "survey", kind: "visit", name: "Home survey" },
  description: "A technician visits, free of charge.",
  url: "https://northwind.example/survey",
  bookable: true,
};

interface World {
  facts: readonly Fact[];
  ctas: readonly CtaOffer[];
  description: string;
  timeZone: string;
}

/** What five small businesses have written down. */
export const worlds = {
  solar: {
    facts: [
      price("5 kW system", "€5,900 installed"),
      price("Inverter", "€1,500"),
      price("Care plan", "€49 per month"),
      price("Battery", "from €3,200"),
      price("Cleaning", "€90–€140"),
      fact("Grant", "The regional grant covers up to 40% of the cost."),
      fact("Warranty", "The panels have a 25-year warranty, the inverter 10 years."),
      fact("Visit", "The home survey is free and without obligation. It takes about 45 minutes."),
      fact("Opening hours", "Monday to Friday from 9:00 to 18:00."),
      fact("Installation", "An installation takes 2 days; it starts 4 to 6 weeks after the order."),
      fact("Payment", "Also in 12 instalments without interest."),
    ],
    ctas: [survey],
    description: "Solar panels for homes, family-run since 2011.",
    timeZone: "Europe/Madrid",
  },
  course: {
    facts: [
      price("Full course", "₹1,50,000"),
      price("EMI", "₹12,500 per month"),
      price("Registration", "Rs 500"),
      fact("Early bird", "20% discount for those who register before 15 March."),
      fact("Batches", "Saturday 10:00 to 16:00, Sunday off."),
      fact("Duration", "The course takes 6 months."),
    ],
    ctas: [],
    description: "Coding school in Pune.",
    timeZone: "Asia/Kolkata",
  },
  software: {
    facts: [
      price("Team plan", "$499 per month"),
      price("Setup", "$1,200, one-time"),
      price("Extra user", "$5"),
      fact("Refund", "Money back within 30 days."),
      fact("New customers", "New customers get 10% off the first year."),
      fact("Trial", "14-day free trial, no card needed."),
    ],
    ctas: [],
    description: "Software for dentists.",
    timeZone: "America/New_York",
  },
  loja: {
    facts: [
      price("Sofá", "R$ 2.990,00"),
      price("Montagem", "R$ 149"),
      fact("Frete", "Frete grátis acima de R$ 500."),
      fact("Garantia", "Garantia de 1 ano."),
      fact("Estoque", "O sofá cinza está em estoque."),
      fact("Horário", "Segunda-feira a sábado, das 10h às 19h."),
    ],
    ctas: [],
    description: "Loja de móveis em Curitiba.",
    timeZone: "America/Sao_Paulo",
  },
  clinic: {
    facts: [
      price("تنظيف الأسنان", "٢٥٠ درهم"),
      price("تبييض الأسنان", "١٬٢٠٠ درهم"),
      fact("الفحص", "الفحص الأول مجاني."),
      fact("المواعيد", "من الأحد إلى الخميس من 9:00 إلى 17:00."),
    ],
    ctas: [],
    description: "عيادة أسنان في دبي.",
    timeZone: "Asia/Dubai",
  },
} satisfies Record<string, World>;

export type WorldName = keyof typeof worlds;

/** What else is known in a case: the lead's words, and what the tools of this turn said. */
export interface Extras {
  lead?: string;
  free?: readonly string[];
  booked?: string;
}

/** Grounds of a business with nothing but these facts, for a lead who has said nothing. */
export function groundsWith(over: Partial<Grounds>): Grounds {
  return { ...groundsIn("solar"), ctas: [], facts: [], business: nobody, ...over };
}

const nobody = { name: "Northwind", description: "" };

export function groundsIn(name: WorldName, { lead, free, booked }: Extras = {}): Grounds {
  const { facts, ctas, description, timeZone }: World = worlds[name];
  const leadTexts = lead === undefined ? [] : [lead];
  const toolResults: ToolResult[] = [
    ...(free ? [{ tool: "free_times" as const, ctaId: "survey", timeZone, times: free }] : []),
    ...(booked
      ? [
          {
            ...{ tool: "book" as const, ctaId: "survey" },
            ...{ outcome: "booked" as const, startsAt: booked },
          },
        ]
      : []),
  ];
  return {
    facts,
    ctas,
    business: { name: "Northwind", description },
    toolResults,
    leadTexts,
    newLeadTexts: leadTexts,
    saidBefore: [],
    language: "und",
    // A Monday.
    now: new Date("2026-08-03T09:30:00Z"),
    timeZone,
    stage: "pricing",
    cause: "message",
    instructions: [],
  };
}
