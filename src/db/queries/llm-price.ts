/** Prices `p` that count at the instant `at`. Static SQL. */
export const inForce = (at: string) =>
  `p.replaced_at is null and p.valid_from <= ${at} and (p.valid_to is null or p.valid_to > ${at})`;

/**
 * The one price `p` of call `k`: of the model that answered, in the service tier and by the amount of
 * input that was billed, in force when it began. A subquery to join laterally. Static SQL.
 */
export const PRICE = `select p.* from llm_prices p
  where p.provider = k.provider
    and coalesce(k.response_model, k.request_model) ~ p.model_pattern
    and p.service_tier in ('*', coalesce(k.service_tier, 'default'))
    and p.min_input_tokens <= coalesce(k.input_tokens, 0) and ${inForce("k.started_at")}
  order by length(p.model_pattern) desc, p.service_tier = '*', p.min_input_tokens desc,
    p.valid_from desc limit 1`;

/**
 * What call `k` cost by price `p`, in exact decimals: each token in one bucket and no token in two, as
 * cached, written and spoken input are parts of the input and reasoning is one of the output (field.md
 * D2). By its length where it is billed so. Null where usage or price is unknown. Static SQL.
 */
export const COST = `case when k.audio_seconds is not null
  then k.audio_seconds::numeric / 60 * p.usd_per_audio_minute
  else ((k.input_tokens - coalesce(k.cached_tokens, 0) - coalesce(k.cache_write_tokens, 0)
      - coalesce(k.audio_tokens, 0)) * p.input_usd_per_million
    + coalesce(k.cached_tokens, 0) * p.cached_usd_per_million
    + coalesce(k.cache_write_tokens, 0)
      * coalesce(p.cache_write_usd_per_million, p.input_usd_per_million)
    + case when coalesce(k.audio_tokens, 0) = 0 then 0
      else k.audio_tokens * p.audio_usd_per_million end
    + k.output_tokens * p.output_usd_per_million) / 1000000 end`;

/** All that a call within the bounds `k` can cost by price `p`: nothing cached, all of it dear. Static SQL. */
export const WORST_COST = `(k.input_tokens * greatest(p.input_usd_per_million,
      p.cache_write_usd_per_million,
      case when k.audio_tokens > 0 then p.audio_usd_per_million end)
    + k.output_tokens * p.output_usd_per_million) / 1000000
  + k.audio_seconds / 60 * coalesce(p.usd_per_audio_minute, 0)`;
