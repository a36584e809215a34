import { readFileSync } from "node:fs";
import { AppError } from "../../lib/errors.ts";

/** A dated price of a model, in USD as decimal text so that nothing is rounded: see `llm_prices`. */
export interface ModelPrice {
  provider: string;
  /** Anchored regular expression on the model that answered. */
  modelPattern: string;
  serviceTier: string;
  minInputTokens: number;
  inputUsdPerMillion: string;
  cachedUsdPerMillion: string;
  cacheWriteUsdPerMillion: string | null;
  outputUsdPerMillion: string;
  audioUsdPerMillion: string | null;
  usdPerAudioMinute: string | null;
  /** ISO 8601, UTC. */
  validFrom: string;
  /** Null = until further notice. */
  validTo: string | null;
  /** Where the price was read, and when. */
  source: string;
}

const HEADER =
  "provider,model,tier,min_input,input,cached,cache_write,output,audio,audio_minute,valid_from,valid_to,source";

/** What this version knows about prices. */
export function shippedPrices(): ModelPrice[] {
  return parsePrices(readFileSync(new URL("./model-prices.csv", import.meta.url), "utf8"));
}

/**
 * Reads a table of prices: comma-separated, the header first, nothing quoted; the source is the rest of
 * a line and may have commas. Lines that begin with # are remarks. Fails with `invalid_input`, naming
 * every line that is wrong.
 */
export function parsePrices(csv: string): ModelPrice[] {
  const [header, ...lines] = csv
    .replace(/^\ufeff/, "")
    .split(/\r?\n/)
    .map((text, at) => ({ text: text.trim(), no: at + 1 }))
    .filter(({ text }) => text !== "" && !text.startsWith("#"));
  if (header?.text !== HEADER) {
    throw new AppError("invalid_input", `The first line has to be: ${HEADER}`);
  }
  const read = lines.map(({ text, no }) => ({ no, ...readLine(text) }));
  const problems = [
    ...read.flatMap(({ no, problem }) => (problem === null ? [] : [`line ${no}: ${problem}`])),
    ...doubles(read),
  ];
  if (problems.length > 0) throw new AppError("invalid_input", problems.join("\n"));
  return read.map(({ price }) => price);
}

function readLine(text: string): { price: ModelPrice; problem: string | null } {
  const parts = text.split(",").map((part) => part.trim());
  const [provider = "", model = "", serviceTier = "", minInput = "", ...numbers] = parts;
  const [input = "", cached = "", cacheWrite = "", output = "", audio = "", minute = ""] = numbers;
  const [validFrom = "", validTo = "", ...source] = numbers.slice(6);
  const price: ModelPrice = {
    provider,
    modelPattern: patternOf(model),
    serviceTier,
    minInputTokens: Number(minInput),
    inputUsdPerMillion: input,
    cachedUsdPerMillion: cached,
    cacheWriteUsdPerMillion: cacheWrite || null,
    outputUsdPerMillion: output,
    audioUsdPerMillion: audio || null,
    usdPerAudioMinute: minute || null,
    validFrom,
    validTo: validTo || null,
    source: source.join(", "),
  };
  const wrong = [
    [provider !== "", "provider is missing"],
    [isPattern(price.modelPattern), "model is a name, or a whole regular expression, ^…$"],
    [serviceTier !== "", "tier is a service tier, or *"],
    [/^\d{1,8}$/.test(minInput), "min_input is a number of tokens"],
    [[input, cached, output].every(isUsd), "input, cached and output are decimal numbers"],
    [
      [cacheWrite, audio, minute].every((usd) => usd === "" || isUsd(usd)),
      "cache_write, audio and audio_minute are decimal numbers, or empty",
    ],
    [isInstant(validFrom), "valid_from is an instant in UTC, 2026-01-31T00:00:00Z"],
    [
      validTo === "" || (isInstant(validTo) && Date.parse(validTo) > Date.parse(validFrom)),
      "valid_to is a later instant in UTC, or empty",
    ],
    [price.source !== "", "source says where the price was read, and when"],
  ] as const;
  return { price, problem: wrong.find(([ok]) => !ok)?.[1] ?? null };
}

/** A plain name means that model and its dated snapshots. */
function patternOf(model: string): string {
  if (model.startsWith("^") || model === "") return model;
  return `^${model.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}(-\\d{4}-\\d{2}-\\d{2})?$`;
}

function isPattern(pattern: string): boolean {
  if (!pattern.startsWith("^") || !pattern.endsWith("$")) return false;
  try {
    new RegExp(pattern);
    return true;
  } catch {
    return false;
  }
}

const isUsd = (text: string) => /^\d{1,5}(\.\d{1,12})?$/.test(text);

function isInstant(text: string): boolean {
  return /^20\d{2}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(text) && !Number.isNaN(Date.parse(text));
}

/** Of two prices that begin at the same moment nobody could say which counts. */
function doubles(read: readonly { no: number; price: ModelPrice }[]): string[] {
  const groups = Map.groupBy(read, ({ price }) =>
    [
      price.provider,
      price.modelPattern,
      price.serviceTier,
      price.minInputTokens,
      price.validFrom,
    ].join(),
  );
  return [...groups.values()].flatMap(([first, ...others]) =>
    others.map(({ no }) => `line ${no}: the same as line ${first?.no}`),
  );
}
