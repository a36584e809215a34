import { describe, expect, test } from "bun:test";
import { ruleOn, ruleStage } from "../../src/funnel/rulings.ts";
import type { BrainDecision, TurnContext } from "../../src/funnel/turn.ts";
import { context, decision, message } from "../llm/support/context.ts";

const visit = { action: "initiate_cta", ctaId: "c1" } as const;
const offer = message("Shall a technician have a look?", { author: "bot", isNew: false });
const after = (...texts: string[]) =>
  context({ messages: [offer, ...texts.map((text) => message(text))] });

describe("a step is initiated where the lead", () => {
  test.each([
    ["agrees", "Yes please"],
    ["agrees in Spanish", "Sí, claro"],
    ["agrees in Portuguese", "Pode ser"],
    ["agrees in German", "Ja, gerne"],
    ["agrees in French", "D'accord"],
    ["agrees in Hindi", "हाँ ठीक है"],
    ["agrees in Hindi in Latin letters", "haan theek hai"],
    ["agrees in Arabic", "نعم تمام"],
    ["agrees by thumb", "👍"],
    ["names a time", "Tuesday at 3"],
    ["names a time in Arabic", "الثلاثاء الساعة 3"],
    ["asks for it by name", "I want the survey"],
    ["asks for such a thing", "Can you book me in?"],
    [
      "says no to one time and yes to another",
      "No, Tuesday does not work, Wednesday at 10 is good",
    ],
  ])("%s", (_, text) => {
    const proposal = decision(visit);
    expect(ruleOn(proposal, after(text))).toEqual({ decision: proposal, rulings: [] });
  });

  test("asks for it in the first message", () => {
    const proposal = decision(visit);
    const first = context({ messages: [message("I'd like to book a survey")] });
    expect(ruleOn(proposal, first).decision).toEqual(proposal);
  });
});

describe("a step is refused where the lead", () => {
  const plain = { action: "send_now", ctaId: null, ctaTime: null } as const;
  const cases: [string, string, TurnContext][] = [
    ["only asks a price", "no_consent", after("How much is it?")],
    ["only greets", "no_consent", context({ messages: [message("Hola")] })],
    ["says yes to nothing", "no_consent", context({ messages: [message("ok")] })],
    ["declines", "refused", after("No, not now")],
    ["declines in Spanish", "refused", after("No, gracias")],
    ["declines in German", "refused", after("Nein, später")],
    ["declines in Hindi", "refused", after("नहीं, बाद में")],
    ["declines in Arabic", "refused", after("لا، لاحقا")],
    ["has not answered a nudge", "no_answer", { ...after("Yes"), cause: "follow_up" }],
    ["has written nothing", "no_answer", context({ messages: [offer] })],
  ];
  test.each(cases)("%s", (_, why, seen) => {
    expect(ruleOn(decision({ ...visit, ctaTime: "Friday" }), seen)).toEqual({
      decision: decision(plain),
      rulings: [{ rule: "cta", proposed: "c1", taken: false, why }],
    });
  });

  test("was not offered it at all", () => {
    const unknown = decision({ ...visit, ctaId: "c9" });
    expect(ruleOn(unknown, after("Yes")).rulings).toMatchObject([{ why: "unknown_cta" }]);
  });
});

describe("the time of a step", () => {
  const timed = decision({ ...visit, ctaTime: "2026-08-04T15:00:00+02:00" });

  test("is dropped where the lead named none", () => {
    expect(ruleOn(timed, after("Yes please"))).toEqual({
      decision: { ...timed, ctaTime: null },
      rulings: [
        { rule: "cta_time", proposed: timed.ctaTime, taken: false, why: "lead_named_no_time" },
      ],
    });
  });

  test.each([
    "Yes, Tuesday at 3",
    "Yes, tomorrow",
    "Sí, mañana por la tarde",
    "yes at 15",
    "हाँ, शाम को",
  ])("stays after %p", (text) => expect(ruleOn(timed, after(text)).decision).toEqual(timed));
});

describe("attention", () => {
  test("is raised by words that the model missed, and what was proposed is kept", () => {
    expect(ruleOn(decision(), after("Human please"))).toMatchObject({
      decision: { needsHuman: true, attentionReason: "asked_for_human" },
      rulings: [
        {
          rule: "attention",
          proposed: null,
          taken: true,
          why: "asked_for_human, words: human please",
        },
      ],
    });
  });

  test("is raised by a risk that the model saw but did not hand over", () => {
    const { decision: ruled } = ruleOn(decision({ riskFlags: ["safety"] }), after("Hello"));
    expect(ruled).toMatchObject({ needsHuman: true, attentionReason: "legal_or_safety" });
  });

  test("keeps the model's own reason, and old messages raise nothing", () => {
    const own = decision({ needsHuman: true, attentionReason: "unsure" });
    expect(ruleOn(own, after("Human please"))).toEqual({ decision: own, rulings: [] });
    const old = context({ messages: [message("Human please", { isNew: false }), message("Hi")] });
    expect(ruleOn(decision(), old).decision.needsHuman).toBe(false);
  });
});

test("ruling twice changes nothing more", () => {
  for (const text of ["Human please", "How much is it?", "Yes", "Yes, tomorrow"]) {
    const once = ruleOn(decision({ ...visit, ctaTime: "Friday" }), after(text));
    expect(ruleOn(once.decision, after(text))).toEqual({ decision: once.decision, rulings: [] });
  }
});

describe("a stage", () => {
  const ruled = (
    over: Partial<BrainDecision>,
    stage: TurnContext["lead"]["stage"],
    isNew = true,
  ) => {
    const { lead } = context();
    return ruleStage(
      decision(over),
      context({ lead: { ...lead, stage }, messages: [message("Hi", { isNew })] }),
    );
  };
  test.each([
    ["is taken", ruled({ stage: "pricing" }, "greeting"), true, "legal_move"],
    [
      "is held below 0.4",
      ruled({ stage: "pricing", confidence: 0.39 }, "greeting"),
      false,
      "low_confidence",
    ],
    ["is no move", ruled({ stage: "greeting" }, "greeting"), false, "same_stage"],
    ["is not ours to set", ruled({ stage: "ghosted" }, "pricing"), false, "illegal_move"],
    ["reopens when the lead writes", ruled({ stage: "qualification" }, "lost"), true, "legal_move"],
    [
      "stays shut while the lead is silent",
      ruled({ stage: "qualification" }, "lost", false),
      false,
      "lead_is_silent",
    ],
  ])("%s", (_, ruling, taken, why) => expect(ruling).toMatchObject({ rule: "stage", taken, why }));
});
