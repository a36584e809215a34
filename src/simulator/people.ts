import { createBoundedMap } from "./bounded.ts";
import type { Persona } from "./phone/contract.ts";
import { personas } from "./phone/personas.ts";

/** Somebody with a WhatsApp account: a persona of the phone page, or made up by a test. */
export interface Person extends Persona {
  /** Their id in each business portfolio they dealt with. */
  bsuids: Map<string, string>;
  /** Business time in epoch ms of their last message, per business number. */
  lastWroteAt: Map<string, number>;
  /** When an ad or post last brought them, and until when all is free because of it; likewise. */
  broughtAt: Map<string, number>;
  freeUntil: Map<string, number>;
}

/** Nobody has written yet. */
function silent(): Pick<Person, "lastWroteAt" | "broughtAt" | "freeUntil"> {
  return { lastWroteAt: new Map(), broughtAt: new Map(), freeUntil: new Map() };
}

export interface AdHocPerson {
  phone: string | null;
  /** Their id in `portfolioId`; null = derived from the phone number. */
  bsuid: string | null;
  portfolioId: string;
  name?: string;
  username?: string;
}

export interface People {
  /** Whoever has this persona id, phone number (digits) or BSUID. */
  find(nameOfPerson: string): Person | undefined;
  /** The same, made up if nobody has it; a given name or username replaces the known one. */
  meet(adHoc: AdHocPerson): Person;
  /** WhatsApp gives the person another number or id; null = as it was. Found by the new ones only. */
  rename(
    person: Person,
    portfolioId: string,
    to: { phone: string | null; bsuid: string | null },
  ): void;
  /** The id of this person in one business portfolio. */
  bsuidIn(person: Person, portfolioId: string): string;
  reset(): void;
}

const MAX_PEOPLE = 20_000;

const countryByCallingCode: Readonly<Record<string, string>> = {
  "1": "US",
  "33": "FR",
  "34": "ES",
  "44": "GB",
  "49": "DE",
  "51": "PE",
  "52": "MX",
  "54": "AR",
  "55": "BR",
  "57": "CO",
  "91": "IN",
};

function countryOf(phone: string): string {
  return countryByCallingCode[phone.slice(0, 2)] ?? countryByCallingCode[phone.slice(0, 1)] ?? "US";
}

/** Only depends on person and portfolio, so a restarted simulator names people the same. */
function deriveBsuid({ phone, bsuid }: Pick<Persona, "phone" | "bsuid">, portfolioId: string) {
  const country = phone === null ? bsuid.slice(0, 2) : countryOf(phone);
  const seed = `${portfolioId}/${phone ?? bsuid}`;
  const hex = new Bun.CryptoHasher("sha256").update(seed).digest("hex").slice(0, 20);
  return `${country}.${BigInt(`0x${hex}`).toString().padStart(20, "7").slice(-20)}`;
}

function makeUp({ phone, bsuid, portfolioId, name, username }: AdHocPerson): Person {
  const known = bsuid ?? deriveBsuid({ phone, bsuid: "" }, portfolioId);
  const id = phone ?? known;
  return {
    id,
    name: name ?? `Lead ${id.slice(-4)}`,
    about: "Made up by a test.",
    phone,
    bsuid: known,
    username: username ?? null,
    language: "en",
    suggestions: [],
    bsuids: new Map([[portfolioId, known]]),
    ...silent(),
  };
}

/** Personas' BSUIDs are those of the first number's portfolio. */
export function createPeople(firstPortfolioId: string): People {
  const onThePage = new Map<string, Person>();
  const byName = createBoundedMap<string, Person>(MAX_PEOPLE * 2);

  function enter(person: Person, book: Map<string, Person>): Person {
    book.set(person.bsuid, person);
    if (person.phone) book.set(person.phone, person);
    return person;
  }
  function forget(name: string | null): void {
    if (name === null) return;
    onThePage.delete(name);
    byName.delete(name);
  }
  function find(name: string): Person | undefined {
    return onThePage.get(name) ?? byName.get(name);
  }
  function reset(): void {
    byName.clear();
    for (const persona of personas) {
      const bsuids = new Map([[firstPortfolioId, persona.bsuid]]);
      const person = enter({ ...persona, bsuids, ...silent() }, onThePage);
      onThePage.set(persona.id, person);
    }
  }
  reset();
  return {
    find,
    reset,
    meet(adHoc) {
      const known = find(adHoc.phone ?? "") ?? find(adHoc.bsuid ?? "");
      if (!known) return enter(makeUp(adHoc), byName);
      if (adHoc.name !== undefined) known.name = adHoc.name;
      if (adHoc.username !== undefined) known.username = adHoc.username;
      return known;
    },
    rename(person, portfolioId, { phone, bsuid }) {
      if (phone !== null) {
        forget(person.phone);
        person.phone = phone;
        byName.set(phone, person);
      }
      if (bsuid !== null) {
        forget(person.bsuids.get(portfolioId) ?? null);
        person.bsuids.set(portfolioId, bsuid);
        byName.set(bsuid, person);
      }
    },
    bsuidIn(person, portfolioId) {
      const known = person.bsuids.get(portfolioId);
      if (known !== undefined) return known;
      const bsuid = deriveBsuid(person, portfolioId);
      person.bsuids.set(portfolioId, bsuid);
      byName.set(bsuid, person);
      return bsuid;
    },
  };
}
