import type { Identity } from "../deps.ts";
import type { People, Person } from "../people.ts";
import { businessDigits } from "../webhooks/envelope.ts";
import { type GraphRefusal, refusal } from "./errors.ts";
import type { SendRequest } from "./request.ts";

/** Whom a send reaches, and how it named them. */
export interface Addressee {
  person: Person;
  /** What the ledger shows and the answer echoes: phone digits or BSUID. */
  name: string;
  input: string;
  via: "phone" | "bsuid";
  /** `lost`: a BSUID in `to`, accepted and never delivered. `unreachable`: not on WhatsApp. */
  fate: "reached" | "lost" | "unreachable";
}

const BSUID = /^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$/;
const E164_DIGITS = /^[1-9]\d{6,14}$/;
const NOT_ON_WHATSAPP = /0{6}$/;

/**
 * Finds the person a send is for. Somebody never seen is taken to exist, because a restarted
 * simulator has forgotten those who wrote before; only names ending in six zeros are nobody.
 */
export function resolveAddressee(
  { to, recipient }: SendRequest,
  identity: Identity,
  people: People,
): Addressee | GraphRefusal {
  if (to !== undefined && !BSUID.test(to)) return resolvePhone(to, identity, people);
  const bsuid = to ?? recipient ?? "";
  if (!BSUID.test(bsuid)) return refusal(100, "Parameter recipient is not a user id.");
  const person = people.meet({ phone: null, bsuid, portfolioId: identity.portfolioId });
  const named = { person, name: bsuid, input: bsuid };
  if (to !== undefined) return { ...named, via: "phone", fate: "lost" };
  return { ...named, via: "bsuid", fate: fateOf(bsuid) };
}

function resolvePhone(input: string, identity: Identity, people: People) {
  const name = input.replace(/[\s()+-]/g, "");
  if (!E164_DIGITS.test(name)) return refusal(100, "Parameter to is not a phone number.");
  if (name === businessDigits(identity)) return refusal(131021, "You cannot write to yourself.");
  const person = people.meet({ phone: name, bsuid: null, portfolioId: identity.portfolioId });
  return { person, name, input, via: "phone", fate: fateOf(name) } as const;
}

function fateOf(name: string): "reached" | "unreachable" {
  return NOT_ON_WHATSAPP.test(name) ? "unreachable" : "reached";
}
