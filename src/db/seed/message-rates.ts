import { AppError } from "../../lib/errors.ts";
import { newId } from "../../lib/ids.ts";
import type { Db } from "../client.ts";

/** What Meta charges for one delivered message, as a line of the operator's table says. */
export interface MessageRate {
  /** ISO 3166 alpha-2, or `*`. */
  country: string;
  category: string;
  /** USD, exact decimal. */
  usd: string;
  /** `YYYY-MM-DD`; the last day is not included, null = until further notice. */
  validFrom: string;
  validTo: string | null;
  source: string;
}

const HEADER = "country,category,usd,valid_from,valid_to,source";
const CATEGORIES = [
  "marketing",
  "marketing_lite",
  "utility",
  "authentication",
  "authentication_international",
];

/**
 * Reads a table of rates: comma-separated, the header first, nothing quoted; the source is the rest of
 * a line and may have commas. Lines that begin with # are remarks. Fails with `invalid_input`, naming
 * every line that is wrong.
 */
export function parseRates(csv: string): MessageRate[] {
  const lines = csv
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .map((text, at) => ({ text: text.trim(), no: at + 1 }))
    .filter(({ text }) => text !== "" && !text.startsWith("#"));
  const [header, ...rows] = lines;
  if (header?.text !== HEADER) {
    throw new AppError("invalid_input", `The first line has to be: ${HEADER}`);
  }
  const read = rows.map(({ text, no }) => ({ no, ...readLine(text) }));
  const problems = [
    ...read.flatMap(({ no, problem }) => (problem === null ? [] : [`line ${no}: ${problem}`])),
    ...overlaps(read),
  ];
  if (problems.length > 0) throw new AppError("invalid_input", problems.join("\n"));
  return read.map(({ rate }) => rate);
}

function readLine(text: string): { rate: MessageRate; problem: string | null } {
  const [country = "", category = "", usd = "", validFrom = "", validTo = "", ...rest] = text
    .split(",")
    .map((part) => part.trim());
  const source = rest.join(", ");
  const rate = { country, category, usd, validFrom, validTo: validTo || null, source };
  const wrong = [
    [/^([A-Z]{2}|\*)$/.test(country), "country is a code of two capital letters, or *"],
    [CATEGORIES.includes(category), `category is one of ${CATEGORIES.join(", ")}`],
    [/^\d{1,5}(\.\d{1,12})?$/.test(usd), "usd is a decimal number, with a point"],
    [isDay(validFrom), "valid_from is a day, YYYY-MM-DD"],
    [
      validTo === "" || (isDay(validTo) && validTo > validFrom),
      "valid_to is a later day, or empty",
    ],
    [source !== "", "source says where the rate was read, and when"],
  ] as const;
  return { rate, problem: wrong.find(([ok]) => !ok)?.[1] ?? null };
}

function isDay(text: string): boolean {
  const at = Date.parse(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(at).toJSON()?.slice(0, 10) === text;
}

/** Of two rates for the same day nobody could say which counts. */
function overlaps(read: readonly { no: number; rate: MessageRate }[]): string[] {
  const groups = Map.groupBy(read, ({ rate }) => `${rate.country} ${rate.category}`);
  return [...groups].flatMap(([what, group]) => {
    const sorted = group.toSorted((one, other) =>
      one.rate.validFrom < other.rate.validFrom ? -1 : 1,
    );
    return sorted.slice(1).flatMap(({ no, rate }, at) => {
      const before = sorted[at]?.rate.validTo ?? null;
      const isFree = before !== null && before <= rate.validFrom;
      return isFree ? [] : [`line ${no}: another rate of ${what} counts on ${rate.validFrom} too`];
    });
  });
}

/**
 * Makes these the rates, all of them, and gives their fee to messages whose fee nobody knew so far. What
 * was decided stays. Answers how many rates there are, and how many fees were found.
 */
export async function replaceRates(
  db: Pick<Db, "transaction">,
  rates: readonly MessageRate[],
): Promise<{ rates: number; priced: number }> {
  const rows = rates.map((rate) => ({ id: newId(), ...rate }));
  return await db.transaction(async (tx) => {
    await tx.rows`
      with given as (
        select * from jsonb_to_recordset(${tx.json(rows)}) as r(id uuid, country text, category text,
          usd numeric, "validFrom" date, "validTo" date, source text)
      ), gone as (
        delete from message_rates r where not exists (select 1 from given g
          where g.country = r.country and g.category = r.category and g."validFrom" = r.valid_from)
      )
      insert into message_rates (id, country, category, usd, valid_from, valid_to, source)
      select id, country, category, usd, "validFrom", "validTo", source from given
      on conflict (country, category, valid_from) do update
        set usd = excluded.usd, valid_to = excluded.valid_to, source = excluded.source`;
    // The category of the rate, as `whatsapp/fees` tells it of what a status says.
    const priced = await tx.rows`
      update message_fees f set usd = r.usd, rate_id = r.id
      from message_fees u cross join lateral (
        select r.id, r.usd from message_rates r
        where r.country in (u.country, '*') and r.valid_from <= u.day
          and (r.valid_to is null or r.valid_to > u.day)
          and r.category = case lower(u.category) when 'service' then 'utility'
            else replace(lower(u.category), '-', '_') end
        order by r.country = '*', r.valid_from desc limit 1) r
      where u.usd is null and u.country is not null and coalesce(u.model, 'PMP') = 'PMP'
        and f.organization_id = u.organization_id and f.message_id = u.message_id
      returning f.message_id`;
    return { rates: rates.length, priced: priced.length };
  });
}
