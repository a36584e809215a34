import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import { withDeadline } from "../lib/deadline.ts";
import { genAiMetrics, type ModelUsage } from "./gen-ai-metrics.ts";
import { boundedLabels } from "./metric-labels.ts";

/** State of one stream at a moment. Ages in milliseconds; null when nothing waits. */
export interface StreamGauges {
  stream: string;
  /** Entries not yet delivered plus those being handled. */
  depth: number;
  /** Entries not yet delivered to anybody; null when Redis cannot tell. */
  lag: number | null;
  pending: number;
  oldestAgeMs: number | null;
}

/** State of one stream in one partition. */
export interface PartitionGauges {
  stream: string;
  partition: number;
  depth: number;
  oldestAgeMs: number;
  /** Pending entries by age (`under1s` …) and by tries (`once` …), of the oldest ones only. */
  byAge: Readonly<Record<string, number>>;
  byTries: Readonly<Record<string, number>>;
  /** By all processes, in about the last minute. */
  perMinute: Readonly<Record<string, number>>;
}

export type Metrics = ReturnType<typeof createMetrics>;

const HANDLER_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const COLLECT_DEADLINE_MS = 2_000;

/**
 * The numbers of one process. Every function only counts; none throws or waits. `render` first asks
 * the given sources for gauges that must be looked up; one that fails leaves its old values.
 */
export function createMetrics(settings: { defaults?: boolean } = {}) {
  const registry = new Registry();
  if (settings.defaults ?? true) collectDefaultMetrics({ register: registry });
  const sources: (() => Promise<void>)[] = [];
  return {
    ...webhookMetrics(registry),
    ...streamMetrics(registry),
    ...thinkingMetrics(registry),
    ...sendMetrics(registry),
    live: liveMetrics(registry),
    ...processMetrics(registry),
    /** Called before each `render`, with a deadline of 2 s. */
    beforeRender(source: () => Promise<void>): void {
      sources.push(source);
    },
    contentType: registry.contentType,
    async render(): Promise<string> {
      const asked = sources.map((source) => withDeadline(source(), COLLECT_DEADLINE_MS, "metrics"));
      await Promise.allSettled(asked);
      return registry.metrics();
    },
  };
}

function webhookMetrics(registry: Registry) {
  const requests = counter(registry, "webhook_requests_total", "Webhook requests.", ["outcome"]);
  const items = counter(registry, "webhook_items_total", "Items in webhooks.", ["outcome"]);
  return {
    webhook: (outcome: string) => requests({ outcome }),
    webhookItems: (outcome: string, count: number) => items({ outcome }, count),
  };
}

function streamMetrics(registry: Registry) {
  const handled = histogram(registry, "handler_duration_seconds", "Handling of stream entries.", [
    "stream",
    "outcome",
  ]);
  const retries = counter(registry, "stream_retries_total", "Failed tries.", ["stream"]);
  const buried = counter(registry, "stream_buried_total", "Entries given up.", ["stream"]);
  const reclaimed = counter(registry, "stream_reclaimed_total", "Entries taken over.", [
    "stream",
    "from",
  ]);
  const lost = counter(registry, "stream_lost_payloads_total", "Entries deleted while pending.", [
    "stream",
  ]);
  const letters = gauge(registry, "dead_letters", "Given up, and nobody has decided yet.", [
    "stream",
  ]);
  const breakers = gauge(registry, "breaker_open", "1 while a dependency is seen as away.", [
    "dependency",
  ]);
  return {
    processed: (stream: string, outcome: string, durationMs: number) => {
      handled({ stream, outcome }, durationMs / 1000);
      if (outcome === "retried") retries({ stream });
      if (outcome === "buried") buried({ stream });
    },
    reclaimed: (stream: string, from: string) => reclaimed({ stream, from }),
    lostPayload: (stream: string, count: number) => lost({ stream }, count),
    deadLetters: (stream: string, count: number) => letters({ stream }, count),
    breaker: (dependency: string, open: boolean) => breakers({ dependency }, open ? 1 : 0),
    streamGauges: streamGauges(registry),
    partitionGauges: partitionGauges(registry),
    queueAlert: queueAlertGauge(registry),
  };
}

function streamGauges(registry: Registry) {
  const depth = gauge(registry, "stream_depth", "Entries not finished.", ["stream"]);
  const lag = gauge(registry, "stream_lag", "Entries not yet delivered.", ["stream"]);
  const pending = gauge(registry, "stream_pending", "Entries being handled or waiting.", [
    "stream",
  ]);
  const oldest = gauge(registry, "stream_oldest_age_seconds", "Age of the oldest unfinished.", [
    "stream",
  ]);
  return (state: StreamGauges) => {
    const { stream } = state;
    depth({ stream }, state.depth);
    pending({ stream }, state.pending);
    if (state.lag !== null) lag({ stream }, state.lag);
    oldest({ stream }, (state.oldestAgeMs ?? 0) / 1000);
  };
}

/** Beyond 60 partitions the rest share one label: the sums per stream are in the gauges above. */
function partitionGauges(registry: Registry) {
  const where = ["stream", "partition"];
  const parts = (name: string, help: string, label: string) =>
    gauge(registry, name, help, [...where, label]);
  const depth = gauge(registry, "stream_partition_depth", "Entries not finished.", where);
  const oldest = gauge(
    registry,
    "stream_partition_oldest_age_seconds",
    "Age of the oldest unfinished.",
    where,
  );
  const ages = parts("stream_pending_by_age", "Pending entries, of the oldest 500.", "age");
  const tries = parts("stream_pending_by_tries", "Pending entries, of the oldest 500.", "tries");
  const rates = parts("stream_per_minute", "By all processes, in the last minute.", "what");
  return (state: PartitionGauges) => {
    const labels = { stream: state.stream, partition: String(state.partition) };
    depth(labels, state.depth);
    oldest(labels, state.oldestAgeMs / 1000);
    for (const [age, count] of Object.entries(state.byAge)) ages({ ...labels, age }, count);
    for (const [name, count] of Object.entries(state.byTries)) {
      tries({ ...labels, tries: name }, count);
    }
    for (const [what, count] of Object.entries(state.perMinute)) rates({ ...labels, what }, count);
  };
}

function queueAlertGauge(registry: Registry) {
  const alerts = gauge(registry, "queue_alert", "1 while the queue's rule is raised.", [
    "rule",
    "stream",
  ]);
  return (rule: string, stream: string | null, raised: boolean) =>
    alerts({ rule, stream: stream ?? "all" }, raised ? 1 : 0);
}

function thinkingMetrics(registry: Registry) {
  const turns = counter(registry, "turns_total", "Turns by how they ended.", ["disposition"]);
  const tokens = counter(registry, "model_tokens_total", "Tokens.", ["step", "model", "kind"]);
  const cost = counter(registry, "model_cost_usd_total", "Model cost in USD.", ["step", "model"]);
  const conventional = genAiMetrics(registry);
  const cacheHits = cacheHitGauge(registry);
  return {
    turn: (disposition: string) => turns({ disposition }),
    modelCall: (usage: ModelUsage) => {
      const { step } = usage;
      const model = usage.responseModel ?? usage.requestModel;
      conventional(usage);
      cacheHits(usage);
      tokens({ step, model, kind: "input" }, usage.inputTokens ?? 0);
      tokens({ step, model, kind: "cached" }, usage.cachedTokens ?? 0);
      tokens({ step, model, kind: "cache_write" }, usage.cacheWriteTokens ?? 0);
      tokens({ step, model, kind: "output" }, usage.outputTokens ?? 0);
      tokens({ step, model, kind: "reasoning" }, usage.reasoningTokens ?? 0);
      if (usage.costUsd !== null) cost({ step, model }, usage.costUsd);
    },
  };
}

/** Of all input tokens since the start, those that the provider had in its cache. */
function cacheHitGauge(registry: Registry) {
  const ratio = gauge(registry, "model_cache_hit_ratio", "Share of input tokens from the cache.", [
    "step",
  ]);
  const sums = new Map<string, { input: number; cached: number }>();
  return ({ step, inputTokens, cachedTokens }: ModelUsage) => {
    if (inputTokens === null) return;
    const before = sums.get(step) ?? { input: 0, cached: 0 };
    const sum = { input: before.input + inputTokens, cached: before.cached + (cachedTokens ?? 0) };
    sums.set(step, sum);
    if (sum.input > 0) ratio({ step }, sum.cached / sum.input);
  };
}

function sendMetrics(registry: Registry) {
  const codes = counter(registry, "graph_answers_total", "Graph API answers by code.", ["code"]);
  const sends = counter(registry, "sends_total", "Sends by outcome.", ["outcome"]);
  return {
    /** `ok`, Graph's own code, or the kind of failure when there was none. */
    graph: (code: string | number) => codes({ code: String(code) }),
    send: (outcome: string) => sends({ outcome }),
  };
}

function liveMetrics(registry: Registry) {
  const open = gauge(registry, "live_sockets", "Open live sockets.", []);
  const frames = counter(registry, "live_frames_received_total", "Client frames.", ["type"]);
  const resets = counter(registry, "live_resets_total", "Sockets told to start anew.", []);
  const closes = counter(registry, "live_closes_total", "Closed live sockets.", ["code"]);
  const slow = counter(registry, "live_slow_readers_total", "Closed for reading too slowly.", []);
  return {
    sockets: (count: number) => open({}, count),
    frameReceived: (type: string) => frames({ type }),
    reset: () => resets({}),
    closed: (code: number) => closes({ code: String(code) }),
    tooSlow: () => slow({}),
  };
}

function processMetrics(registry: Registry) {
  const workers = gauge(registry, "workers_alive", "Processes seen within 8 s.", ["role"]);
  const stuck = gauge(registry, "stuck", "1 while this process does not get on with work.", []);
  return {
    workersAlive: (role: string, count: number) => workers({ role }, count),
    stuck: (isStuck: boolean) => stuck({}, isStuck ? 1 : 0),
  };
}

type Labels = Record<string, string>;

function counter(registry: Registry, name: string, help: string, labelNames: string[]) {
  const metric = new Counter({ name: `leadline_${name}`, help, labelNames, registers: [registry] });
  const bounded = boundedLabels();
  return (labels: Labels, by = 1) => metric.inc(bounded(labels), Math.max(0, by));
}

function gauge(registry: Registry, name: string, help: string, labelNames: string[]) {
  const metric = new Gauge({ name: `leadline_${name}`, help, labelNames, registers: [registry] });
  const bounded = boundedLabels();
  return (labels: Labels, value: number) => metric.set(bounded(labels), value);
}

function histogram(registry: Registry, name: string, help: string, labelNames: string[]) {
  const metric = new Histogram({
    name: `leadline_${name}`,
    help,
    labelNames,
    buckets: HANDLER_SECONDS,
    registers: [registry],
  });
  const bounded = boundedLabels();
  return (labels: Labels, seconds: number) => metric.observe(bounded(labels), seconds);
}
