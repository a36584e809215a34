import { newId } from "../../lib/ids.ts";
import type { Db } from "../client.ts";
import type { ModelPrice } from "./price-table.ts";

/** The given prices as rows `g`. Static SQL but for its one parameter. */
const GIVEN = `g(id uuid, provider text, "modelPattern" text, "serviceTier" text,
  "minInputTokens" int, "inputUsdPerMillion" numeric, "cachedUsdPerMillion" numeric,
  "cacheWriteUsdPerMillion" numeric, "outputUsdPerMillion" numeric, "audioUsdPerMillion" numeric,
  "usdPerAudioMinute" numeric, "validFrom" timestamptz, "validTo" timestamptz, source text)`;

const INSERT = `insert into llm_prices (id, provider, model_pattern, service_tier, min_input_tokens,
    input_usd_per_million, cached_usd_per_million, cache_write_usd_per_million,
    output_usd_per_million, audio_usd_per_million, usd_per_audio_minute, valid_from, valid_to, source)
  select g.* from`;

const withIds = (prices: readonly ModelPrice[]) =>
  prices.map((price) => ({ id: newId(), ...price }));

/** Stores the prices that are not there yet. Returns how many. What an operator has loaded stays. */
export async function seedPrices(
  db: Pick<Db, "rows" | "json" | "fragment">,
  prices: readonly ModelPrice[],
): Promise<number> {
  const sql = db.fragment;
  const added = await db.rows`
    ${sql(INSERT)} jsonb_to_recordset(${db.json(withIds(prices))}) as ${sql(GIVEN)}
    on conflict do nothing
    returning id`;
  return added.length;
}

/**
 * Takes an operator's prices. One that is there already with other numbers was wrong: it is kept as
 * replaced, because calls name it, and the given one takes its place. Answers how many came, and how
 * many of these took another's place. Calls keep their cost until `repriceCalls`.
 */
export async function loadPrices(
  db: Pick<Db, "transaction">,
  prices: readonly ModelPrice[],
): Promise<{ added: number; replaced: number }> {
  const rows = withIds(prices);
  return await db.transaction(async (tx) => {
    const sql = tx.fragment;
    const replaced = await tx.rows`
      update llm_prices p set replaced_at = now()
      from jsonb_to_recordset(${tx.json(rows)}) as ${sql(GIVEN)}
      where p.replaced_at is null and p.provider = g.provider
        and p.model_pattern = g."modelPattern" and p.service_tier = g."serviceTier"
        and p.min_input_tokens = g."minInputTokens" and p.valid_from = g."validFrom"
        and (p.input_usd_per_million, p.cached_usd_per_million, p.cache_write_usd_per_million,
          p.output_usd_per_million, p.audio_usd_per_million, p.usd_per_audio_minute, p.valid_to)
          is distinct from (g."inputUsdPerMillion", g."cachedUsdPerMillion",
          g."cacheWriteUsdPerMillion", g."outputUsdPerMillion", g."audioUsdPerMillion",
          g."usdPerAudioMinute", g."validTo")
      returning p.id`;
    const added = await tx.rows`
      ${sql(INSERT)} jsonb_to_recordset(${tx.json(rows)}) as ${sql(GIVEN)}
      on conflict do nothing
      returning id`;
    return { added: added.length, replaced: replaced.length };
  });
}
