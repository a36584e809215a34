/** How much of everything, and from which seed: the same two make the same rows, to the byte. */
export interface DataSize {
  /** Of the one big organization; each has one conversation. */
  leads: number;
  /** In all of its conversations together. */
  messages: number;
  seed: number;
  /** The newest rows are this old: lists of what is recent find something. */
  until: Date;
}

/** Beside the big organization, with one lead for a hundred of its. */
export const SMALL_ORGANIZATIONS = 20;
export const MEMBERS = 12;
const DAYS = 730;

/** Two hex digits in each id: ids of different tables never meet. */
const kinds = {
  organization: "01",
  user: "02",
  integration: "03",
  lead: "04",
  identity: "05",
  conversation: "06",
  message: "07",
  turn: "08",
  llmCall: "09",
  stageChange: "0a",
  booking: "0b",
  cta: "0c",
  fact: "0d",
  note: "0f",
  timelineEvent: "10",
  optOut: "11",
  audit: "12",
  deadLetter: "13",
  apiKey: "14",
} as const;
type Kind = keyof typeof kinds;

/** The id of the `number`th row, as SQL makes it too. */
export function idOf(kind: Kind, number: number): string {
  const hex = number.toString(16).padStart(6, "0");
  return `0190${kinds[kind]}${hex.slice(0, 2)}-${hex.slice(2)}-7000-8000-000000000000`;
}

/** SQL of a UUIDv7 that rises with `n`, an integer below 2^24; `sub` tells rows of one `n` apart. */
export function id(kind: Kind, n: string, sub = "0"): string {
  return `('0190${kinds[kind]}' || lpad(to_hex(${n}), 6, '0') || '70008000'
    || lpad(to_hex(${sub}), 12, '0'))::uuid`;
}

/** SQL of the id of another kind of row that belongs to the row with this id. */
export function sameNumber(column: string, kind: Kind, digit = "0"): string {
  return `overlay(overlay(${column}::text placing '${kinds[kind]}' from 5 for 2)
    placing '${digit}' from 23 for 1)::uuid`;
}

/** SQL of the number inside an id. */
export function numberIn(column: string): string {
  return `('x00' || substr(${column}::text, 7, 2) || substr(${column}::text, 10, 4))::bit(32)::int`;
}

/** SQL pieces that depend on the size. */
export function pieces({ leads, seed, until }: DataSize) {
  // Every 101st lead belongs to a small organization, so their rows lie among the big one's.
  const total = Math.floor((leads * 101) / 100);
  const organization = (n: string) =>
    `(case when ${n} % 101 = 0 then 1 + (${n} / 101) % ${SMALL_ORGANIZATIONS} else 0 end)`;
  const end = `'${until.toISOString()}'::timestamptz`;
  return {
    /** Leads of all organizations. */
    total,
    end,
    /** SQL of an even number in [0, 1), always the same for `n` and `salt`. */
    roll: (n: string, salt: number) =>
      `((hashint8extended((${n})::bigint, ${seed * 1_000 + salt}) & 1048575) / 1048576.0::float8)`,
    organization: (n: string) => id("organization", organization(n)),
    /** One of the two numbers of the big organization, or the one of a small one. */
    integration: (n: string) =>
      id(
        "integration",
        `case when ${n} % 101 <> 0 and ${n} % 10 = 1 then 1 else ${organization(n)} * 2 end`,
      ),
    /** A member of the lead's organization; some have much more to do than others. */
    member: (n: string, roll: string) =>
      id(
        "user",
        `case when ${n} % 101 = 0 then ${MEMBERS} + ${organization(n)}
          else 1 + floor(${MEMBERS} * ${roll} * ${roll})::int end`,
      ),
    /** When lead `n` wrote first: they came evenly over two years. */
    createdAt: (n: string) =>
      `(${end} - interval '${DAYS} days' * (1 - (${n})::float8 / ${total + 1}))`,
  };
}

export type Pieces = ReturnType<typeof pieces>;

/** SQL of one of the values, each as often as its weight says, decided by `roll`. */
export function weighted(weights: Readonly<Record<string, number>>, roll: string): string {
  const all = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  let reached = 0;
  const bounds = Object.values(weights).map((weight) => {
    reached += weight / all;
    return reached;
  });
  const values = Object.keys(weights).map(quoted);
  return `(array[${values.join()}])[1 + width_bucket(${roll}, array[${bounds.slice(0, -1).join()}]::float8[])]`;
}

/** SQL of one of the values: the first is the most frequent by far, the last ones are rare. */
export function skewed(values: readonly string[], roll: string): string {
  const at = `1 + floor(${values.length} * power(${roll}, 1.6))::int`;
  return `(array[${values.map(quoted).join()}])[${at}]`;
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
