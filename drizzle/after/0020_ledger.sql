-- The prices that came with earlier versions are those of OpenAI's default tier.
update llm_prices set service_tier = 'default'
where provider = 'openai' and service_tier = '*' and id::text like '01990000-0000-7000-8000-0000000000%';
--> statement-breakpoint
update llm_calls set usage_source = 'provider'
where usage_source = 'none' and (input_tokens is not null or audio_seconds is not null);
--> statement-breakpoint
-- A call was made in the stage that the next change after it left; with none after it, in today's.
update llm_calls k set stage = coalesce((
    select s.from_stage from stage_changes s
    where s.organization_id = k.organization_id and s.conversation_id = k.conversation_id
      and s.created_at >= k.created_at
    order by s.created_at limit 1), c.stage)
from conversations c
where k.stage is null and c.organization_id = k.organization_id and c.id = k.conversation_id;
--> statement-breakpoint
insert into llm_usage (organization_id, quarter_at, step, model, stage, calls, unmetered_calls,
  unpriced_calls, estimated_calls, input_tokens, cached_tokens, cache_write_tokens, output_tokens,
  reasoning_tokens, audio_tokens, cost)
select organization_id, date_bin('15 minutes', created_at, timestamptz '2000-01-01 00:00:00+00'), step,
  coalesce(response_model, request_model), coalesce(stage, ''), count(*),
  count(*) filter (where input_tokens is null), count(*) - count(cost), 0,
  coalesce(sum(input_tokens), 0), coalesce(sum(cached_tokens), 0), 0,
  coalesce(sum(output_tokens), 0), coalesce(sum(reasoning_tokens), 0),
  coalesce(sum(audio_tokens), 0), coalesce(sum(cost), 0)
from llm_calls group by 1, 2, 3, 4, 5
on conflict do nothing;
--> statement-breakpoint
insert into llm_usage_conversations (organization_id, conversation_id, calls, unmetered_calls,
  unpriced_calls, estimated_calls, input_tokens, cached_tokens, cache_write_tokens, output_tokens,
  reasoning_tokens, audio_tokens, cost)
select organization_id, conversation_id, count(*), count(*) filter (where input_tokens is null),
  count(*) - count(cost), 0, coalesce(sum(input_tokens), 0), coalesce(sum(cached_tokens), 0), 0,
  coalesce(sum(output_tokens), 0), coalesce(sum(reasoning_tokens), 0),
  coalesce(sum(audio_tokens), 0), coalesce(sum(cost), 0)
from llm_calls group by 1, 2
on conflict do nothing;
--> statement-breakpoint
insert into llm_budgets (organization_id, day, day_spent, day_reserved, month, month_spent,
  month_reserved)
select o.id, today.day, coalesce(spent.day, 0), 0, today.month, coalesce(spent.month, 0), 0
from organizations o
cross join lateral (
  select (now() at time zone o.time_zone)::date as day,
    date_trunc('month', now() at time zone o.time_zone)::date as month) today
cross join lateral (
  select sum(u.cost) as month,
    sum(u.cost) filter (where (u.quarter_at at time zone o.time_zone)::date = today.day) as day
  from llm_usage u
  where u.organization_id = o.id
    and u.quarter_at >= (today.month::timestamp at time zone o.time_zone)) spent
on conflict do nothing;
