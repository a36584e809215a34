import type { LanguageRules } from "./shape.ts";

function capitalised(text: string): string {
  return text.replace(/^./, (letter) => letter.toUpperCase());
}

export const english: LanguageRules = {
  wording: {
    marks:
      "hi|hello|hey|the|is|are|how|much|what|i|you|your|my|do|does|it|can|could|would|thanks?|yes|please|for|and|with|to|of|price|cost|want|need|when|where|there|this|that|have|call|tomorrow|house|home",
    letters: /(?!)/g,
    prefixes: "",
    topics: {
      stop: "stop (messaging|texting|writing|contacting)|unsubscribe|leave me alone|remove me|opt out",
      legal: "lawyer|attorney|sue|suing|legal action|court",
      safety: "on fire|smoke|burning|electric shock|electrocut~|sparks?|sparking|injur~",
      human:
        "human|real person|a person|someone real|(speak|talk|chat) (to|with) (someone|somebody|an? ~)|agent|representative",
      angry:
        "ridiculous|terrible|awful|worst|useless|waste of time|angry|unacceptable|disgusting|horrible",
      distrust: "scam~|rip ?off|fraud|fake",
      injection:
        "ignore (all|any|your|the|previous)|system prompt|developer mode|you are now|jailbreak",
      price: "prices?|pricing|costs?|how much|quotes?|rates?|fees?|kostet|preise?|combien|prix",
      expensive: "expensive|too much|pricey|can ?'?t afford|cheaper|discounts?|better price",
      how: "how (does|do|would|will) (it|this|that|you|the process) (all )?work|how it works|the process|explain|next steps?",
      bookVerb:
        "book|schedule|arrange|set up|call me|ring me|give me a call|(come|stop|drop) (by|over|out)",
      bookNoun: "appointment|visit|call|demo|meeting|consultation",
      call: "call|phone|ring",
      visit: "visit~|come",
      wish: "i('d| would)? (want|like|love)|can (you|we|i)|could (you|we|i)|let'?s|please",
      link: "calculator|link|website",
      later: "later|think about it|think it over|not now|another time|next month|get back to you",
      notInterested:
        "not interested|no,? thanks|no,? thank you|changed my mind|went with (another|someone)",
      bot: "(are you|is this|am i talking to) (a |an )?(real |actual )?(bot|robot|human|ai|person|machine)",
      offTopic:
        "jokes?|poem|weather|recipe|homework|president|football|soccer|capital of|essay|translate",
      greeting: "hi|hello|hey|good (morning|afternoon|evening)",
      agree:
        "yes|yeah|yep|yup|sure|of course|sounds good|let'?s do it|ok|okay|please do|go ahead|great|perfect",
      refuse: "no|nope|nah|not really",
      question: "what about|how about",
    },
    opensQuestion: "do|does|did|is|are|can|could|what|when|where|which|who|why|how",
    stopAlone: "stop",
    closings:
      "ok(ay)?|thanks|thank you|thx|so much|very much|a lot|great|perfect|got it|cool|bye|see you|nice|alright",
    day: "day after tomorrow|tomorrow|today|tonight|(?:next )?(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)|next week",
    hour: "(?:at |around )?\\d{1,2}(?::\\d{2}|h)?\\s?(?:am|pm|a\\.m\\.|p\\.m\\.|o'clock)|(?:at |around )\\d{1,2}(?::\\d{2})?|\\d{1,2}:\\d{2}|(?:in the |this )?(?:morning|afternoon|evening)",
    place: /\bin \p{Lu}/u,
    fillers:
      "the and you your for with what how much does have can will are there about this that from its our not home system",
    synonyms: {
      guarantee: "warranty",
      credit: "financing",
      loan: "financing",
      long: "time",
      permit: "permits",
      roof: "roofs",
      blackout: "outages",
      outage: "outages",
      open: "hours",
      maintenance: "check",
      where: "service area",
    },
  },
  phrases: {
    hello: (business) => `Hi! Thanks for writing to ${business}.`,
    helloAgain: "Hi again!",
    expensive: "I understand, it is a real decision.",
    options: "A colleague can go through the options with you.",
    gotIt: "Thanks, that helps.",
    human:
      "Of course. I am asking a colleague to take over here; they will answer you in this chat.",
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
    step: (kind, name) => ({
      title: capitalised(name.toLowerCase()),
      phrase: kind === "call" ? `a ${name.toLowerCase()}` : `the ${name.toLowerCase()}`,
    }),
    offer: ({ phrase }) => `Which day and time would suit you for ${phrase}?`,
    initiated: ({ title, phrase }, time) =>
      time === null
        ? `Great, I am passing your wish for ${phrase} on. The team will confirm it here.`
        : `Great: ${title}, ${time}. I am passing this on, and the team will confirm it here.`,
    link: (name, url) => `Here is the ${name.toLowerCase()}: ${url}`,
    anythingElse: "Happy to answer anything else.",
    nudges: [
      "Is there anything you would still like to know? Happy to help.",
      "If it helps, a colleague can go through it with you, no strings attached.",
      "I will leave it here so as not to bother you. Whenever it suits you, just write.",
    ],
    resent: "In case my last message did not reach you:",
  },
  questions: {
    solar: [
      {
        ask: "Is it for your own home or for a business?",
        told: "my (own )?(home|house)|(our|the) house|business|shop|office|own home",
      },
      {
        ask: "Which town is it in?",
        told: "i live in|we live in|i'm in|located in|denver|boulder|fort collins|colorado springs",
      },
      {
        ask: "Roughly how much is your monthly power bill?",
        told: "bill|a month|per month|monthly",
      },
    ],
    plain: [
      {
        ask: "What would you like to use it for?",
        told: "i need|we need|it is for|it's for",
      },
      {
        ask: "When would you like to start?",
        told: "as soon as|asap|next (week|month)",
      },
    ],
  },
  notes: {
    acts: {
      price: "asked for prices",
      expensive: "finds it expensive",
      how: "asked how it works",
      human: "asked for a person",
      bookVerb: "wants a next step",
      later: "wants to think about it",
      notInterested: "declined",
      injection: "asked for a change of the rules",
    },
    did: (acts) => `The lead ${acts}.`,
    said: (quotes) => `The lead says: ${quotes}.`,
    wrote: "The lead wrote.",
  },
  demoFacts: null,
};
