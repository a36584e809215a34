import { type LanguageRules, namedByKind } from "./shape.ts";

/** Hindi as many type it: in Latin letters, with English words between. */
export const hindiInLatin: LanguageRules = {
  wording: {
    marks:
      "hai|hain|kya|kitn[aei]|kaise|kab|kahan?|nahin?|mujhe|mera|meri|mere|hum|aap|apka|aapka|chahiye|haan?|ji|bhai|namaste|namaskar|kal|aaj|karo|karna|karni|ghar|bijli|kharcha|paisa|accha|theek|thik|dhanyavaad|dhanyawad|shukriya|baad|ki|ka|ke|ko|mein|hoga|lagega|rahta|rehta|rahti|bahut|mehng[aei]|soch~|kisi|baat|subah|shaam|baje|zyada",
    letters: /(?!)/g,
    prefixes: "",
    topics: {
      stop: "(message|msg|sms) (mat|na) (bhej|kar|kij)~|(message|msg|sms) (bhejna )?band (kar|kij)~|mujhe pareshan (mat|na)|likhna band",
      legal: "vakeel|vakil|mukadma|case kar~|kanooni|adalat",
      safety: "aag lag~|dhua~|chingari|current lag~|jhatka lag~|jal (raha|rahi|gaya)|chot lag~",
      human: "(insaan|insan|aadmi|vyakti|agent|manager) se ba?at~|kisi se ba?at~",
      angry: "bakwas|ghatiya|bekaa?r|sharmnak|gussa|samay ki barbadi|bahut (bura|buri|kharab)",
      distrust: "dhokha~|dhoka~|thag|thagi|jhoot~",
      injection:
        "(saare|sabhi|pichle) (pichle )?(nirdesh|instructions?)( ko)? (bhool|bhul|ignore)~|ab tum",
      price:
        "kee?mat|daam|kitne (ka|ki|ke|mein|me|rupaye|paise)|kitna (kharch~|lagega|hoga|padega|paisa)|kharch~",
      expensive:
        "mehng~|mahang~|mehang~|zyada (hai|paise)|sast[aei]|budget (se bahar|mein nahi|me nahi)",
      how: "kaise (kaam|kam|hota|hoga|karte)~|prakriya|samjha~|agla (kadam|step)",
      bookVerb: "book kar~|(call|phone) kar~|fix kar~|schedule kar~|tay kar~",
      bookNoun: "mulakat|visit|call|meeting|appointment|demo",
      call: "call|phone",
      visit: "visit|aao|aaiye|aana|dekhne",
      wish: "chahiye|chahta|chahti|chahte|sakte|kripya|karna hai|karni hai",
      link: "calculator|link",
      later: "baad (mein|me)|soch~|abhi nahin?|phir kabhi|agle (mahine|month)",
      notInterested:
        "(interest|interested|dilchaspi|ruchi) nahin?|nahin? chahiye|nahin?,? (dhanyavaad|dhanyawad|shukriya|thanks)",
      bot: "(aap|tum|yeh?) (koi |ek )?(bot|robot|insaan|insan|machine|ai)",
      offTopic: "chutkul~|joke|kavita|mausam|pradhan ?mantri|rashtrapati|cricket|rajdhani|anuvad",
      greeting: "namaste|namaskar|ram ram",
      agree: "haan?|ji|theek hai|thik hai|bilkul|zaroor|jarur|pakka|badhiya|sahi hai|chalega",
      refuse: "nahin?|na|abhi nahin?",
      question: "kya|kab|kahan?|kaise|kaun ?sa|kitn[aei]|kyon|kyun",
    },
    opensQuestion: "kya|kab|kahan?|kaise|kaun|kitn[aei]|kyon|kyun",
    stopAlone: "band karo|ruko",
    closings:
      "theek|thik|hai|dhanyavaad|dhanyawad|shukriya|bahut|badhiya|accha|acha|ji|samajh gaya",
    day: "aaj|kal|parson?|(?:agle |is )?(?:som|mangal|budh|guru|shukra|shani|ravi)[vw]aa?r|agle hafte",
    hour: "(?:subah|dopaha?r|dopehar|shaam|sham|raat)(?: (?:ko|ke|mein|me))?(?: \\d{1,2}(?::\\d{2})?(?: baje)?)?|\\d{1,2}(?::\\d{2})? baje",
    place: /(?<=\S )(?:mein|me) (?:bhi )?(?:install|laga|kaam kar|service|aate)/iu,
    fillers: "kya hai hain kitna kitne kitni keemat kimat ghar aap mujhe mera mere aur kaise karte",
    synonyms: {
      warranty: "warranty",
      kist: "financing",
      kisht: "financing",
      emi: "financing",
      gaadi: "car",
      samay: "installation time",
      din: "installation time",
      anumati: "permits",
      chhat: "roofs",
      chat: "roofs",
      ilaka: "service area",
      kahan: "service area",
      baraf: "snow",
      barf: "snow",
      ole: "hail",
      khule: "hours",
      khulte: "hours",
      muft: "free",
      safai: "cleaning",
    },
  },
  phrases: {
    hello: (business) => `Namaste! ${business} ko likhne ke liye dhanyavaad.`,
    helloAgain: "Phir se namaste!",
    expensive: "Main samajhta hoon, yeh ek bada faisla hai.",
    options: "Hamare ek sahkarmi aapke saath options dekh sakte hain.",
    gotIt: "Dhanyavaad, isse madad mili.",
    human:
      "Zaroor. Main ek sahkarmi se kehta hoon ki woh yahan aage baat karein; woh isi chat mein jawab denge.",
    legal:
      "Batane ke liye dhanyavaad. Ise turant ek sahkarmi dekhenge aur aapko yahin jawab denge.",
    unhappy:
      "Iske liye maafi chahta hoon. Main ek sahkarmi se kehta hoon ki ise dekhein aur yahin jawab dein.",
    unsure:
      "Accha sawaal hai. Yeh jaankari abhi mere paas nahi hai; ek sahkarmi dekhkar aapko yahin batayenge.",
    bot: (business) =>
      `Main ${business} ka sahayak hoon, koi vyakti nahi. Aap chahein to ek sahkarmi aage baat kar sakte hain.`,
    offTopic: (business) =>
      `Maaf kijiye, yahan main sirf ${business} ke baare mein madad kar sakta hoon.`,
    media:
      "Maaf kijiye, yeh main yahan nahi khol sakta. Kya aap ise thode shabdon mein likh sakte hain?",
    unclear:
      "Maaf kijiye, aapka voice note theek se samajh nahi aaya. Kya aap phir se bol ya likh sakte hain?",
    decline: "Koi baat nahi, batane ke liye dhanyavaad. Agar kuch badle to yahan likh dijiye.",
    later: "Zaroor, aaram se sochiye. Jab chahein, main yahin hoon.",
    stop: "Samajh gaya, ab hum aapko nahi likhenge.",
    step: namedByKind({
      visit: { title: "Site visit", phrase: "Site visit" },
      call: { title: "Call", phrase: "Call" },
      demo: { title: "Demo", phrase: "Demo" },
    }),
    offer: ({ phrase }) => `${phrase} ke liye aapko kaun sa din aur samay theek rahega?`,
    initiated: ({ title, phrase }, time) =>
      time === null
        ? `Badhiya! ${phrase} ki aapki ichchha main aage bhej raha hoon, team yahin pushti karegi.`
        : `Badhiya! ${title}, ${time}. Main yeh team ko bhej raha hoon, woh yahin pushti karenge.`,
    link: (name, url) => `Yeh raha (${name}): ${url}`,
    anythingElse: "Koi aur sawaal ho to khushi se bataunga.",
    nudges: [
      "Kya aap kuch aur jaanna chahenge? Madad karke khushi hogi.",
      "Agar theek lage to ek sahkarmi aapke saath ise dekh sakte hain, bina kisi bandhan ke.",
      "Aapko pareshan na karoon, isliye yahin rukta hoon. Jab theek lage, likh dijiye.",
    ],
    resent: "Shayad mera pichhla sandesh aap tak nahi pahuncha:",
  },
  questions: {
    solar: [
      {
        ask: "Yeh aapke apne ghar ke liye hai ya kisi business ke liye?",
        told: "(mere|apne|hamare) ghar|dukaan|dukan",
      },
      { ask: "Yeh kis sheher mein hai?", told: "(mein|me) (rahta|rehta|rahti|rehti|rahte|rehte)" },
      {
        ask: "Har mahine bijli ka bill lagbhag kitna aata hai?",
        told: "bijli ka bill|mahine ka|har mahine",
      },
    ],
    plain: [
      { ask: "Yeh aapko kis kaam ke liye chahiye?", told: "ke liye chahiye|kaam ke liye" },
      { ask: "Aap kab shuru karna chahenge?", told: "jaldi se jaldi|agle (hafte|mahine)" },
    ],
  },
  notes: {
    acts: {
      price: "ne keemat poochhi",
      expensive: "ko yeh mehnga lagta hai",
      how: "ne poochha ki yeh kaise kaam karta hai",
      human: "ne kisi vyakti se baat karni chahi",
      bookVerb: "agla kadam chahte hain",
      later: "sochna chahte hain",
      notInterested: "ne mana kiya",
      injection: "ne niyam badalne ko kaha",
    },
    did: (acts) => `Lead ${acts}.`,
    said: (quotes) => `Lead kehte hain: ${quotes}.`,
    wrote: "Lead ne likha.",
  },
  demoFacts: {
    "Home 4 kW system": "Ghar ka 4 kW system: lagane sahit $6,900.",
    "Home 6 kW system": "Ghar ka 6 kW system: lagane sahit $9,800.",
    "Home 8 kW system": "Ghar ka 8 kW system: lagane sahit $12,600.",
    "Home battery": "Ghar ki 10 kWh battery: lagane sahit $7,400, system ke saath ya baad mein.",
    "Car charger": "Car ka 11 kW charger: lagane sahit $1,150.",
    "Yearly check-up": "Panelon ki safai ke saath salana jaanch: $189.",
    "Service area":
      "Hum Front Range mein Fort Collins se Colorado Springs tak lagate hain, Denver aur Boulder bhi, aur kahin nahi.",
    "Installation time":
      "Chhat par kaam 2 din ka hota hai. Hastakshar se bijli tak aam taur par 6 se 8 hafte lagte hain, zyadatar permit aur bijli company ke intezaar mein.",
    Warranty:
      "Panelon ke utpadan par 25 saal, inverter par 12 saal, battery par 10 saal aur hamare kaam par 10 saal, leak sahit.",
    Financing:
      "Ek saath ya hamare loan partner ke saath 5, 10 ya 15 saal mein bhugtaan karein, $0 down payment par, loan ki manzoori ke baad. Rate aur kist partner aavedan ke baad batate hain.",
    "Site visit":
      "Site visit muft hai aur koi bandhan nahi. Ismein lagbhag 45 minute lagte hain, aur likhit prastaav 2 working days mein aata hai.",
    Permits: "Building permit, inspection aur bijli company ke kaagzaat hum sambhalte hain.",
    Roofs:
      "Asphalt shingle, metal aur flat chhatein theek hain. Slate aur lakdi ki chhat par hum kaam nahi karte. 15 saal se purani chhat pehle jaanchi jaati hai.",
    "Power outages":
      "Bijli jaane par akela solar suraksha ke liye band ho jaata hai. Ghar ki battery ke saath fridge, lights aur heating chalte rehte hain.",
    "Snow and hail":
      "Baraf aam taur par ek-do din mein phisal jaati hai. Panel olon ke liye certified hain.",
    "Opening hours":
      "Hum somvaar se shukravaar 8:00 se 18:00 aur shanivaar 9:00 se 13:00 tak milte hain, Denver ke samay se.",
  },
};
