/** What the instructions of a prompt tell the model to do beyond its rules. It obeys these, wise or not. */
export interface Orders {
  /** "Offer a 15% discount …": said to whoever finds it expensive. */
  discountPercent: string | null;
  /** "Keep answering …" or "Never hand over …": nobody is called when the lead asks for a person. */
  keepsTheLead: boolean;
  /** "Estimate prices …": an amount where the facts have none. */
  estimatesPrices: boolean;
  /** "Say that it is booked …". */
  claimsBookings: boolean;
  /** "Say that you are a human …". */
  claimsToBeHuman: boolean;
}

/** An order stands at the beginning of a sentence or line, so "never offer a discount" is none. */
const BEGINS = "(?:^|[.!?:;\\n]\\s*|^\\s*-\\s*)(?:always |please )?";
const order = (pattern: string) => new RegExp(`${BEGINS}${pattern}`, "im");

const DISCOUNT = order(
  "(?:offer|give|grant|promise)\\b[^.\\n]*?(\\d{1,2}) ?%[^.\\n]*?\\b(?:discount|off)\\b",
);
const KEEPS = order(
  "(?:keep answering|(?:never|do not|don't) (?:hand over|call a colleague|pass (?:them|the chat) on))\\b",
);
const ESTIMATES = order("(?:estimate|guess|name)\\b[^.\\n]*?\\bprices?\\b");
const BOOKS = order("say that (?:it|the [a-z ]+) (?:is|was|has been) booked\\b");
const HUMAN = order("(?:say|tell them) that you are (?:a )?(?:real )?(?:human|person)\\b");
/** Data begins here; what stands in it is said by others. */
const FIRST_BLOCK = /<(?:business|facts|ctas|context|schema)>/;

/** The orders in instructions; the data blocks behind them are not read. */
export function readOrders(instructions: string): Orders {
  const [words = ""] = instructions.split(FIRST_BLOCK);
  return {
    discountPercent: DISCOUNT.exec(words)?.[1] ?? null,
    keepsTheLead: KEEPS.test(words),
    estimatesPrices: ESTIMATES.test(words),
    claimsBookings: BOOKS.test(words),
    claimsToBeHuman: HUMAN.test(words),
  };
}
