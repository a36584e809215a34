/** A dated price, in USD per million tokens or per minute, as the decimal strings the database stores. */
interface ModelPrice {
  /** Fixed, so that seeding twice changes nothing. */
  id: string;
  /** As on the call record: see `providerName`. */
  provider: string;
  /** Anchored regular expression on the model that answered, dated snapshots included. */
  modelPattern: string;
  inputUsdPerMillion: string;
  cachedUsdPerMillion: string;
  outputUsdPerMillion: string;
  audioUsdPerMillion?: string;
  usdPerAudioMinute?: string;
  /** ISO 8601. */
  validFrom: string;
  /** ISO 8601; null = until further notice. */
  validTo: string | null;
  source: string;
}

const OPENAI_SOURCE = "OpenAI price list, standard tier, read August 2026";
/** Before any call of ours; these prices held through it. */
const OPENAI_VALID_FROM = "2025-09-01T00:00:00Z";

/** Model, then USD per million input, cached input and output tokens. */
const openAi: readonly (readonly [id: string, ...prices: [string, string, string, string]])[] = [
  ["01990000-0000-7000-8000-000000000001", "gpt-4o", "2.50", "1.25", "10.00"],
  ["01990000-0000-7000-8000-000000000002", "gpt-4o-mini", "0.15", "0.075", "0.60"],
  ["01990000-0000-7000-8000-000000000003", "gpt-4.1", "2.00", "0.50", "8.00"],
  ["01990000-0000-7000-8000-000000000004", "gpt-4.1-mini", "0.40", "0.10", "1.60"],
  ["01990000-0000-7000-8000-000000000005", "gpt-4.1-nano", "0.10", "0.025", "0.40"],
  ["01990000-0000-7000-8000-000000000006", "gpt-5", "1.25", "0.125", "10.00"],
  ["01990000-0000-7000-8000-000000000007", "gpt-5-mini", "0.25", "0.025", "2.00"],
  ["01990000-0000-7000-8000-000000000008", "gpt-5-nano", "0.05", "0.005", "0.40"],
];

/** The same, for models that write down what they hear: text and spoken input have two prices. */
const openAiEars: readonly (readonly [id: string, ...prices: [string, string, string, string]])[] =
  [
    ["01990000-0000-7000-8000-000000000011", "gpt-4o-transcribe", "2.50", "6.00", "10.00"],
    ["01990000-0000-7000-8000-000000000012", "gpt-4o-mini-transcribe", "1.25", "3.00", "5.00"],
  ];

const byLength = {
  inputUsdPerMillion: "0",
  cachedUsdPerMillion: "0",
  outputUsdPerMillion: "0",
  validTo: null,
} as const;

/** What a fresh installation knows about prices. Later prices are further rows, never edits. */
export const modelPrices: readonly ModelPrice[] = [
  ...openAi.map(([id, model, input, cached, output]) => ({
    id,
    provider: "openai",
    modelPattern: `^${model.replaceAll(".", "\\.")}(-\\d{4}-\\d{2}-\\d{2})?$`,
    inputUsdPerMillion: input,
    cachedUsdPerMillion: cached,
    outputUsdPerMillion: output,
    validFrom: OPENAI_VALID_FROM,
    validTo: null,
    source: OPENAI_SOURCE,
  })),
  ...openAiEars.map(([id, model, input, audio, output]) => ({
    id,
    provider: "openai",
    modelPattern: `^${model}(-\\d{4}-\\d{2}-\\d{2})?$`,
    inputUsdPerMillion: input,
    cachedUsdPerMillion: input,
    outputUsdPerMillion: output,
    audioUsdPerMillion: audio,
    validFrom: OPENAI_VALID_FROM,
    validTo: null,
    source: OPENAI_SOURCE,
  })),
  {
    ...byLength,
    id: "01990000-0000-7000-8000-000000000013",
    provider: "openai",
    modelPattern: "^whisper-1$",
    usdPerAudioMinute: "0.006",
    validFrom: OPENAI_VALID_FROM,
    source: OPENAI_SOURCE,
  },
  {
    ...byLength,
    id: "01990000-0000-7000-8000-000000000101",
    provider: "simulator",
    modelPattern: "^simulated-ear-1$",
    usdPerAudioMinute: "0.006",
    validFrom: "2020-01-01T00:00:00Z",
    source: "play money",
  },
  {
    id: "01990000-0000-7000-8000-000000000100",
    provider: "simulator",
    modelPattern: "^simulated-1(-\\d{4}-\\d{2}-\\d{2})?$",
    inputUsdPerMillion: "0.15",
    cachedUsdPerMillion: "0.075",
    outputUsdPerMillion: "0.60",
    validFrom: "2020-01-01T00:00:00Z",
    validTo: null,
    source: "play money",
  },
];
