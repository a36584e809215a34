/** The demo business. Fixed ids: seeding twice finds what it made. Prices are said exactly so. */

export const demoIds = {
  organization: demoId(1),
  owner: demoId(2),
  integration: demoId(3),
} as const;

/** A UUID of version 7 whose last digits are `number`; each list below has its own hundred. */
export function demoId(number: number): string {
  return `0190a000-0000-7000-8000-${String(number).padStart(12, "0")}`;
}

export const demoOwner = {
  email: "owner@northwind.example",
  name: "Nora Winters",
  password: "northwind-demo",
} as const;

/** The simulated number. Play money: the token opens nothing but the simulator. */
export const demoNumber = {
  phoneNumberId: "700000000000001",
  wabaId: "700000000000002",
  portfolioId: "700000000000003",
  displayPhoneNumber: "+1 303-555-0142",
  accessToken: "simulator-access-token",
} as const;

export const demoOrganization = {
  name: "Northwind Solar",
  description:
    "Northwind Solar designs and installs rooftop solar, home batteries and car chargers for homes and small businesses along Colorado's Front Range. Family-run since 2011, with its own licensed crews and no subcontractors.",
  policy: [
    "Be warm, plain and brief: a neighbour who knows solar, not a brochure.",
    "Answer the question that was asked first, then ask one thing: own home or business, roughly the monthly power bill, the town, and the age and material of the roof, in that order.",
    "Say a price exactly as it is listed. Never estimate savings, tax credits, monthly payments or a system size: a site visit settles those.",
    "Once you know the town and that the person owns the roof, offer the free site visit; offer a call to those who would rather talk first, and the calculator to those who only want a feeling for the numbers.",
    "Do not press. If somebody is not interested, thank them and leave the door open.",
    "People who rent need their owner's consent in writing: say so kindly.",
    "Faults, warranty claims, complaints and anything about accidents go to a colleague.",
  ].join("\n"),
  language: "en",
  timeZone: "America/Denver",
  holdingLine: "Thank you, I am passing this on to a colleague who will answer you here.",
} as const;

interface DemoFact {
  kind: "fact" | "price";
  topic: string;
  text: string;
  amount?: string;
}

export const demoFacts: readonly DemoFact[] = [
  {
    kind: "price",
    topic: "Home 4 kW system",
    text: "Home 4 kW system: $6,900 installed. 10 panels, inverter, mounting, permit and grid connection included.",
    amount: "6900.00",
  },
  {
    kind: "price",
    topic: "Home 6 kW system",
    text: "Home 6 kW system: $9,800 installed. 15 panels, inverter, mounting, permit and grid connection included.",
    amount: "9800.00",
  },
  {
    kind: "price",
    topic: "Home 8 kW system",
    text: "Home 8 kW system: $12,600 installed. 20 panels, inverter, mounting, permit and grid connection included.",
    amount: "12600.00",
  },
  {
    kind: "price",
    topic: "Home battery",
    text: "Home battery, 10 kWh: $7,400 installed, together with a system or later.",
    amount: "7400.00",
  },
  {
    kind: "price",
    topic: "Car charger",
    text: "Car charger, 11 kW: $1,150 installed.",
    amount: "1150.00",
  },
  {
    kind: "price",
    topic: "Yearly check-up",
    text: "Yearly check-up with panel cleaning: $189.",
    amount: "189.00",
  },
  {
    kind: "fact",
    topic: "Service area",
    text: "We install along the Front Range from Fort Collins to Colorado Springs, Denver and Boulder included, and nowhere else.",
  },
  {
    kind: "fact",
    topic: "Installation time",
    text: "An installation takes 2 days on the roof. From signature to power it is usually 6 to 8 weeks, most of it waiting for the permit and the utility.",
  },
  {
    kind: "fact",
    topic: "Warranty",
    text: "25 years on the output of the panels, 12 years on the inverter, 10 years on the battery, and 10 years on our own work, leaks included.",
  },
  {
    kind: "fact",
    topic: "Financing",
    text: "Pay at once, or over 5, 10 or 15 years through our lending partner with $0 down, subject to credit approval. The lender names rate and payment after the application.",
  },
  {
    kind: "fact",
    topic: "Site visit",
    text: "The site visit is free and without obligation. It takes about 45 minutes, and the written offer follows within 2 working days.",
  },
  {
    kind: "fact",
    topic: "Permits",
    text: "We handle the building permit, the inspection and the utility's paperwork.",
  },
  {
    kind: "fact",
    topic: "Roofs",
    text: "Asphalt shingle, metal and flat roofs are fine. Slate and wood shake we do not do. A roof older than 15 years is inspected first.",
  },
  {
    kind: "fact",
    topic: "Power outages",
    text: "Solar alone switches off in an outage, for the safety of the people repairing the line. With the home battery the fridge, lights and heating controls stay on.",
  },
  {
    kind: "fact",
    topic: "Snow and hail",
    text: "Snow usually slides off within a day or two. The panels are certified against hail of 1 inch at 50 mph.",
  },
  {
    kind: "fact",
    topic: "Opening hours",
    text: "Our people are there Monday to Friday, 8:00 to 18:00, and Saturday, 9:00 to 13:00, Denver time.",
  },
];

interface DemoCta {
  kind: "call" | "visit" | "link";
  name: string;
  description: string;
  url?: string;
}

export const demoCtas: readonly DemoCta[] = [
  {
    kind: "visit",
    name: "Free site visit",
    description:
      "A technician looks at roof and meter for about 45 minutes. For owners within the service area. Ask for the address and a day.",
  },
  {
    kind: "call",
    name: "Call with an advisor",
    description:
      "15 minutes on the phone, Monday to Friday, 8:00 to 18:00 Denver time. Ask which time suits.",
  },
  {
    kind: "link",
    name: "Solar calculator",
    description: "A first feeling for size and price from the power bill, without giving a name.",
    url: "https://northwind.example/calculator",
  },
];

interface DemoTemplate {
  name: string;
  category: "MARKETING" | "UTILITY";
  body: string;
  /** What Meta's reviewers read in the place of each variable. */
  samples: readonly string[];
}

export const demoTemplates: readonly DemoTemplate[] = [
  {
    name: "northwind_still_interested",
    category: "MARKETING",
    body: "Hi {{1}}, it is Northwind Solar. You asked about solar for your home. Shall we pick up where we left off?",
    samples: ["Ana"],
  },
  {
    name: "northwind_visit_reminder",
    category: "UTILITY",
    body: "Hi {{1}}, a reminder of your free site visit with Northwind Solar on {{2}}. Reply here if another time suits you better.",
    samples: ["Ana", "Tuesday at 10:00"],
  },
];
