import { describe, expect, test } from "bun:test";
import { createMetrics } from "../../src/ops/metrics.ts";

const newMetrics = () => createMetrics({ defaults: false });

describe("metrics", () => {
  test("show each thing that was counted, with its labels", async () => {
    const metrics = newMetrics();
    metrics.webhook("accepted");
    metrics.webhook("accepted");
    metrics.webhookItems("stored", 4);
    metrics.processed("turns", "done", 250);
    metrics.processed("turns", "retried", 10);
    metrics.processed("inbound", "buried", 10);
    metrics.reclaimed("inbound", "dead-owner");
    metrics.lostPayload("inbound", 2);
    metrics.breaker("postgres", true);
    metrics.turn("replied");
    metrics.graph(131056);
    metrics.send("accepted");
    metrics.live.sockets(3);
    metrics.live.closed(4008);
    metrics.workersAlive("worker", 2);
    metrics.stuck(true);
    const text = await metrics.render();
    for (const line of [
      'leadline_webhook_requests_total{outcome="accepted"} 2',
      'leadline_webhook_items_total{outcome="stored"} 4',
      "leadline_live_sockets 3",
      'leadline_live_closes_total{code="4008"} 1',
      'leadline_handler_duration_seconds_sum{stream="turns",outcome="done"} 0.25',
      'leadline_stream_retries_total{stream="turns"} 1',
      'leadline_stream_buried_total{stream="inbound"} 1',
      'leadline_stream_reclaimed_total{stream="inbound",from="dead-owner"} 1',
      'leadline_stream_lost_payloads_total{stream="inbound"} 2',
      'leadline_breaker_open{dependency="postgres"} 1',
      'leadline_turns_total{disposition="replied"} 1',
      'leadline_graph_answers_total{code="131056"} 1',
      'leadline_sends_total{outcome="accepted"} 1',
      'leadline_workers_alive{role="worker"} 2',
      "leadline_stuck 1",
    ]) {
      expect(text).toContain(`${line}\n`);
    }
  });

  test("count tokens and cost by step and model, and no cost where the price is unknown", async () => {
    const metrics = newMetrics();
    const call = {
      step: "brain",
      provider: "acme",
      requestModel: "m",
      responseModel: "m-1",
      outcome: "ok",
      durationMs: 1500,
      inputTokens: 100,
      cachedTokens: 40,
      cacheWriteTokens: null,
      outputTokens: 20,
      reasoningTokens: 5,
    };
    metrics.modelCall({ ...call, costUsd: 0.002 });
    metrics.modelCall({
      ...{ ...call, responseModel: "m-2", costUsd: null, outcome: "timeout" },
      ...{ inputTokens: null, outputTokens: null },
    });
    const text = await metrics.render();
    expect(text).toContain(
      'leadline_model_tokens_total{step="brain",model="m-1",kind="cached"} 40\n',
    );
    expect(text).toContain('leadline_model_cost_usd_total{step="brain",model="m-1"} 0.002\n');
    expect(text).not.toContain('leadline_model_cost_usd_total{step="brain",model="m-2"}');
    const labels = (model: string) =>
      `gen_ai_operation_name="chat",gen_ai_provider_name="acme",gen_ai_request_model="m",gen_ai_response_model="${model}",gen_ai_prompt_name="brain"`;
    const lines = text.split("\n");
    expect(lines).toContain(
      `gen_ai_client_token_usage_sum{${labels("m-1")},gen_ai_token_type="input"} 100`,
    );
    expect(lines).toContain(`gen_ai_client_operation_duration_seconds_sum{${labels("m-1")}} 1.5`);
    expect(lines).toContain(
      `gen_ai_client_operation_duration_seconds_count{${labels("m-2")},error_type="timeout"} 1`,
    );
    expect(text).not.toContain(`gen_ai_client_token_usage_sum{${labels("m-2")}`);
    metrics.modelCall({ ...call, inputTokens: 200, cachedTokens: 20, costUsd: null });
    expect(await metrics.render()).toContain('leadline_model_cache_hit_ratio{step="brain"} 0.2\n');
  });

  test("look up queue gauges when they are asked for", async () => {
    const metrics = newMetrics();
    metrics.beforeRender(async () => {
      metrics.streamGauges({ stream: "turns", depth: 7, lag: 4, pending: 3, oldestAgeMs: 2500 });
    });
    const text = await metrics.render();
    expect(text).toContain('leadline_stream_depth{stream="turns"} 7\n');
    expect(text).toContain('leadline_stream_lag{stream="turns"} 4\n');
    expect(text).toContain('leadline_stream_oldest_age_seconds{stream="turns"} 2.5\n');
  });

  test("are shown although a source of gauges fails", async () => {
    const metrics = newMetrics();
    metrics.turn("replied");
    metrics.beforeRender(() => Promise.reject(new Error("Redis is away")));
    expect(await metrics.render()).toContain("leadline_turns_total");
  });

  test("stay few when a vendor invents values, and take no odd characters", async () => {
    const metrics = newMetrics();
    for (let code = 0; code < 500; code += 1) metrics.graph(code);
    metrics.send('x"}\nevil 1');
    const text = await metrics.render();
    expect(text.match(/^leadline_graph_answers_total\{/gm)?.length).toBe(61);
    expect(text).toContain('leadline_graph_answers_total{code="other"} 440\n');
    expect(text).toContain('leadline_sends_total{outcome="other"} 1\n');
  });

  test("tell of the process itself", async () => {
    expect(await createMetrics().render()).toContain("process_cpu_seconds_total");
  });
});
