import { describe, expect, test } from "bun:test";
import { ungroundedClaims } from "../../src/funnel/claims.ts";
import type { Fact } from "../../src/funnel/turn.ts";

const price = (text: string): Fact => ({ id: "p", kind: "price", topic: "System", text });
const fact = (text: string): Fact => ({ id: "f", kind: "fact", topic: "Note", text });

function claims(draft: string, facts: readonly Fact[]): string[] {
  return ungroundedClaims(draft, { facts, ctas: [] }).map(({ text }) => text);
}

const euros = [price("€1,500 installed"), fact("The grant covers 40% of it.")];
const many = [price("$4,500"), price("₹1,50,000"), price("R$ 2.990,00"), fact("12.5 % discount")];

describe("a draft may state what the facts state, however it is written", () => {
  const grounded: [string, readonly Fact[]][] = [
    ["It is €1,500 installed.", euros],
    ["It is €1.500,00.", euros],
    ["It is 1.500 €.", euros],
    ["It is 1 500 €.", euros],
    ["It is 1\u202f500 €.", euros],
    ["It is 1'500 EUR.", euros],
    ["It is 1’500.00 euros", euros],
    ["It is *€1500*!", euros],
    ["Son 1500 euros en total", euros],
    ["It costs 1500.", euros],
    ["About €1.5k", euros],
    ["1.5k is the price", euros],
    ["El precio es 1.500", euros],
    ["الثمن ١٥٠٠ يورو", euros],
    ["الثمن ١٬٥٠٠٫٠٠ يورو", euros],
    ["कीमत €१,५०० है", euros],
    ["The grant covers 40%.", euros],
    ["40 percent", euros],
    ["El 40 por ciento", euros],
    ["40 Prozent Zuschuss", euros],
    ["٤٠٪ من السعر", euros],
    ["40 प्रतिशत", euros],
    ["%40 indirim", euros],
    ["That is $4.5k", many],
    ["That is 4,500 USD", many],
    ["That is US$4500.00", many],
    ["That is 4500 dollars", many],
    ["₹150,000 only", many],
    ["Rs. 1,50,000/-", many],
    ["1.5 lakh rupees", many],
    ["₹1.5 lakh", many],
    ["डेढ़ लाख यानी ₹१,५०,०००", many],
    ["R$ 2.990", many],
    ["2990 reais", many],
    ["12,5% off", many],
    ["Between 500 and €700", [price("€500–€700")]],
    ["500-700 €", [price("from €500 to €700")]],
    ["It is 1500 euros", [price("1500")]],
    ["Todo por 2 mil euros", [price("€2.000")]],
    ["€0.50 per kWh", [price("0,5 € / kWh")]],
  ];
  for (const [draft, facts] of grounded) {
    test(draft, () => expect(claims(draft, facts)).toEqual([]));
  }
});

describe("numbers that are neither money nor percent pass", () => {
  const harmless = [
    "A house with 3 bedrooms, then.",
    "Tomorrow at 10 works. Or 10:30?",
    "It takes 2 days and has 25 years of warranty.",
    "The 5 kW system has 12 panels of 400 W on 24 m².",
    "Call +34 600 100 200 on 2026-08-03.",
    "The price is fixed for 30 days.",
    "The price list 2026 is here.",
    "You can try 2 panels first.",
    "In total 3 visits.",
    "You pay in 3 installments.",
    "See https://northwind.example/p%20q?price=99%25",
    "Lo tenemos para 4 personas.",
    "B2B, 24/7, 5G",
    "It makes 5,900 kWh per year, 12 visits per year.",
    "You live at number 4521, right?",
  ];
  for (const draft of harmless) {
    test(draft, () => expect(claims(draft, euros)).toEqual([]));
  }
});

describe("what the facts do not state is named", () => {
  const madeUp: [string, readonly Fact[], string[]][] = [
    ["Only €1,400 today!", euros, ["€1,400"]],
    ["It is €15,00.", euros, ["€15,00"]],
    ["It is $1,500.", euros, ["$1,500"]],
    ["It is 1500 pounds.", euros, ["1500 pounds"]],
    ["It is £1,500 or 1,500 USD", euros, ["£1,500", "1,500 usd"]],
    ["It costs 1400.", euros, ["1400"]],
    ["Price: 1,400!", euros, ["1,400"]],
    ["El precio es 1.400 por todo", euros, ["1.400"]],
    ["We can do 1.4k", euros, ["1.4k"]],
    ["€1.5m", euros, ["€1.5m"]],
    ["You get 10% off", euros, ["10%"]],
    ["Ten, I mean 10 per cent", euros, ["10 per cent"]],
    ["Un 15 por ciento", euros, ["15 por ciento"]],
    ["الخصم ٢٠٪", euros, ["20%"]],
    ["कीमत ₹९९,९९९", many, ["₹99,999"]],
    ["1.6 lakh", many, ["1.6 lakh"]],
    ["R$ 2.490", many, ["r$ 2.490"]],
    ["2 × €1,500 = €3,000", euros, ["€3,000"]],
    ["€1,500 with 40% off is €900", euros, ["€900"]],
    ["It is €1,500, or €1,500 to 1,200 €", euros, ["1,200 €"]],
    ["€1,500-1,700", euros, ["1,700"]],
    ["10-40%", euros, ["10"]],
    ["It is €1\u200b,4\u200b00", euros, ["€1,400"]],
    ["€40", euros, ["€40"]],
    ["1500%", euros, ["1500%"]],
    ["€25", [fact("25 years warranty")], ["€25"]],
    ["Custa 300 reais", euros, ["300 reais"]],
    ["Das kostet 300", euros, ["300"]],
    ["Just 99 bucks", euros, ["99 bucks"]],
    ["USDT 1500", euros, ["usdt 1500"]],
    ["It's around 1,400, really.", euros, ["1,400"]],
    ["Only 99 a month!", euros, ["99"]],
    ["Solo 99 al mes", euros, ["99"]],
    ["价格是1.5万元", euros, ["1.5万元"]],
  ];
  for (const [draft, facts, expected] of madeUp) {
    test(draft, () => expect(claims(draft, facts)).toEqual(expected));
  }
});

test("a CTA's text counts as written down", () => {
  const cta = {
    ...{ id: "c", kind: "visit", name: "Survey for €50", url: null, bookable: false },
    description: "Refunded at 100%.",
  };
  const check = (draft: string) => ungroundedClaims(draft, { facts: [], ctas: [cta] });
  expect(check("The survey is €50, refunded at 100%.")).toEqual([]);
  expect(check("The survey is €60.")).toHaveLength(1);
});
