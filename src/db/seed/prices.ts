import type { Db } from "../client.ts";

/** A dated price of a model, USD per million tokens, as decimal text so that nothing is rounded. */
export interface ModelPrice {
  /** Fixed: the same row is found again. */
  id: string;
  provider: string;
  /** Anchored regular expression on the model that answered. */
  modelPattern: string;
  inputUsdPerMillion: string;
  cachedUsdPerMillion: string;
  outputUsdPerMillion: string;
  /** Of spoken input, where it has a price of its own. */
  audioUsdPerMillion?: string;
  /** Of spoken input that is billed by its length. */
  usdPerAudioMinute?: string;
  /** ISO 8601. */
  validFrom: string;
  /** ISO 8601; null = until further notice. */
  validTo: string | null;
  /** Where the price was read, and when. */
  source: string;
}

/** Stores the prices that are not there yet. Returns how many. An edited row is left as it is. */
export async function seedPrices(
  db: Pick<Db, "rows" | "json">,
  prices: readonly ModelPrice[],
): Promise<number> {
  const added = await db.rows`
    insert into llm_prices (id, provider, model_pattern, input_usd_per_million,
      cached_usd_per_million, output_usd_per_million, audio_usd_per_million, usd_per_audio_minute,
      valid_from, valid_to, source)
    select id, provider, "modelPattern", "inputUsdPerMillion", "cachedUsdPerMillion",
      "outputUsdPerMillion", "audioUsdPerMillion", "usdPerAudioMinute", "validFrom", "validTo", source
    from jsonb_to_recordset(${db.json(prices)}::jsonb) as price(id uuid, provider text,
      "modelPattern" text, "inputUsdPerMillion" numeric, "cachedUsdPerMillion" numeric,
      "outputUsdPerMillion" numeric, "audioUsdPerMillion" numeric,
      "usdPerAudioMinute" numeric, "validFrom" timestamptz, "validTo" timestamptz, source text)
    on conflict do nothing
    returning id`;
  return added.length;
}
