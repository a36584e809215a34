import { hostname } from "node:os";
import { startConsumers } from "../../streams/consume.ts";
import { createPacer } from "../../streams/pace.ts";
import { repeat } from "../../streams/repeat.ts";
import { beat, signOff } from "../db/queries/workers.ts";
import { failureClass } from "../flows/failure-class.ts";
import { createFileForgetter } from "../flows/files/forget.ts";
import { createIngressRecorder } from "../flows/ingress.ts";
import { createHandlers, type FlowDeps, orderKeys } from "../flows/registry.ts";
import { createDueTemplateSync } from "../flows/templates/sync.ts";
import { weeklyCalendar } from "../flows/turn/calendar.ts";
import type { Claim } from "../flows/turn/claim.ts";
import { systemClock } from "../lib/clock.ts";
import { withDeadline } from "../lib/deadline.ts";
import { errorMessage } from "../lib/errors.ts";
import { accessTokenContext } from "../lib/secret-box.ts";
import { createDescriber } from "../llm/describer.ts";
import { probeModel } from "../llm/probe.ts";
import { createThinker } from "../llm/thinker.ts";
import { createTraffic } from "../llm/traffic.ts";
import { createTranscriber } from "../llm/transcriber.ts";
import { createHeartbeat, firstStuck } from "../ops/heartbeat.ts";
import { removeLeftBehind } from "../storage/incoming.ts";
import { openStore } from "../storage/open.ts";
import { sniff } from "../storage/sniff.ts";
import { callbackDataOf } from "../whatsapp/callback-data.ts";
import { createGraphClient } from "../whatsapp/client.ts";
import { createMediaClient } from "../whatsapp/media.ts";
import { paceBuckets } from "../whatsapp/pace.ts";
import { createGraphTemplates } from "../whatsapp/template-client.ts";
import type { Core } from "./core.ts";
import { countModelCall, SIMULATED_KEY } from "./model-calls.ts";

const BEAT_EVERY_MS = 2_000;

/** Below the claim's own deadline, so that the answer is recorded before the sweep doubts it. */
const SEND_DEADLINE_MS = 15_000;

/** A hundred megabytes at 2 MB/s; with the send after it, below what counts as a handler that hangs. */
const UPLOAD_DEADLINE_MS = 50_000;
const LOADING_DEADLINE_MS = 15_000;

const FORGET_PAUSE_MS = 60_000;

const TEMPLATES_PAUSE_MS = 5_000;
/** Of each page of an account's templates; nobody waits for it. */
const TEMPLATES_DEADLINE_MS = 10_000;

const TIDY_PAUSE_MS = 10 * 60_000;

export interface RunningRole {
  /** Stops taking, finishes or hands back within the grace time. Never rejects. */
  stop(graceMs: number): Promise<void>;
  stuck(): string | null;
}

/** Serves all streams: ingest, turns, delivery, receipts, memory, files, notices, dead letters. */
export async function startWorker(core: Core): Promise<RunningRole> {
  const { db, log, processId, metrics, config } = core;
  const worker = { id: processId, role: config.role, host: hostname(), pid: process.pid };
  const { baseUrl, apiKey } = config.llm;
  const heartbeat = createHeartbeat("The worker's heartbeat", 30_000);
  await beat(db, worker);
  const beating = repeat("worker heartbeat", BEAT_EVERY_MS, log, async () => {
    heartbeat.beat();
    await beat(db, worker);
  });
  const consumers = await startConsumers({
    url: core.redisUrl,
    keyspace: core.keyspace,
    consumerId: processId,
    handlers: createHandlers(flowDeps(core)),
    classify: failureClass,
    dependencies: {
      postgres: core.checkPostgres,
      model: () => probeModel({ baseUrl, apiKey: apiKey ?? SIMULATED_KEY }),
    },
    orderKeys,
    clock: systemClock,
    log,
    observe: {
      processed: metrics.processed,
      reclaimed: metrics.reclaimed,
      lostPayload: metrics.lostPayload,
      breaker: metrics.breaker,
    },
  });
  const syncing = repeat("templates", TEMPLATES_PAUSE_MS, log, createTemplateReader(core));
  const tidying = repeat("files left behind", TIDY_PAUSE_MS, log, createTidier(core));
  const forget = createFileForgetter({ db, store: openStore(config.media) });
  const forgetting = repeat(
    "unused files",
    FORGET_PAUSE_MS,
    log,
    async () => void (await forget()),
  );
  return {
    stuck: firstStuck([consumers.stuck, heartbeat.stuck]),
    stop: async (graceMs) => {
      const duties = [syncing, tidying, forgetting].map((duty) => duty.stop());
      await Promise.all([consumers.stop(graceMs), ...duties]);
      await beating.stop();
      await signOff(db, processId).catch((error: unknown) =>
        log.warn({ error: errorMessage(error) }, "worker row not removed; it times out"),
      );
    },
  };
}

/** Here and not in the scheduler, which is given no keys to customers' tokens. */
function createTemplateReader({ db, box, announcer, log, config }: Core) {
  const { graphUrl, graphVersion: version } = config.whatsapp;
  const templates = createGraphTemplates({ graphUrl, version, deadlineMs: TEMPLATES_DEADLINE_MS });
  const syncDue = createDueTemplateSync({ db, box, announcer, log, templates });
  return async () => {
    await syncDue();
  };
}

/** Here, because only workers have the folder in which files lie until they are put. */
function createTidier({ config, log }: Core) {
  const store = openStore(config.media);
  return async () => {
    const files = await removeLeftBehind(await store.incomingDir(), systemClock.now().getTime());
    if (files > 0) log.info({ files }, "files left behind by a crash removed");
  };
}

function flowDeps(core: Core): FlowDeps {
  const { db, clock, log, processId, announcer, metrics, crash } = core;
  const monotonicMs = () => performance.now();
  const models = modelOptions(core);
  return {
    db,
    clock,
    log,
    announcer,
    crash,
    monotonicMs,
    workerId: processId,
    thinker: createThinker(models),
    calendar: weeklyCalendar(db),
    onIngress: createIngressRecorder({ db, log, monotonicMs }),
    onTurn: metrics.turn,
    onLlmCall: countModelCall(core),
    onSend: (outcome, code) => {
      metrics.send(outcome);
      metrics.graph(code ?? (outcome === "accepted" ? "ok" : outcome));
    },
    ...mediaDeps(core, models),
    ...whatsappDeps(core),
  };
}

/** One traffic for all that ask the server of the models. */
function modelOptions({ config, log, metrics }: Core) {
  const { baseUrl, apiKey, model, fallbackModel, concurrency } = config.llm;
  const traffic = createTraffic({
    concurrency,
    onBreaker: (name, open) => {
      metrics.breaker(`model ${name}`, open);
      log.warn({ model: name, open }, open ? "model rests; nobody asks it" : "model answers again");
    },
  });
  return { baseUrl, apiKey: apiKey ?? SIMULATED_KEY, model, fallbackModel, traffic, log };
}

function mediaDeps(core: Core, models: ReturnType<typeof modelOptions>) {
  const { config } = core;
  const { graphUrl, graphVersion } = config.whatsapp;
  const { transcriptionModel } = config.llm;
  const client = createMediaClient({ graphUrl, version: graphVersion });
  return {
    store: openStore(config.media),
    sniff,
    openMedia: async (claim, signal) => {
      try {
        const { metaMediaId: mediaId, inlineUrl } = claim;
        return await client.open({ ...accessOf(core, claim), mediaId, inlineUrl, signal });
      } catch (error) {
        // A token that no key of ours opens, or none at all: the number is disconnected.
        return { kind: "unavailable", why: errorMessage(error) };
      }
    },
    transcriber:
      transcriptionModel === null
        ? null
        : createTranscriber({ ...models, model: transcriptionModel }),
    describer: createDescriber(models),
  } satisfies Partial<FlowDeps>;
}

function accessOf(
  { box }: Pick<Core, "box">,
  claim: Pick<Claim, "integrationId" | "phoneNumberId" | "accessTokenBox">,
) {
  return {
    phoneNumberId: claim.phoneNumberId,
    accessToken: box.open(claim.accessTokenBox, accessTokenContext(claim.integrationId)),
  };
}

function whatsappDeps(core: Core): Pick<FlowDeps, "pace" | "send" | "upload" | "showTyping"> {
  const { log } = core;
  const { graphUrl, graphVersion } = core.config.whatsapp;
  const graph = createGraphClient({ graphUrl, version: graphVersion });
  const pacer = createPacer({ redis: core.redis, keyspace: core.keyspace });
  const store = openStore(core.config.media);
  return {
    pace: async ({ organizationId, ...number }, recipient) => {
      const buckets = paceBuckets(number, recipient);
      const nowMs = systemClock.now().getTime();
      const decision = await pacer.take({ organizationId, buckets, nowMs });
      if (decision.allowed) return null;
      const { retryAfterMs, slowest } = decision;
      return { retryAfterMs, of: slowest === 0 ? "number" : "recipient" };
    },
    send: async (claim, signal) => {
      try {
        return await graph.send({
          ...accessOf(core, claim),
          message: {
            to: { phone: claim.phone, bsuid: claim.bsuid },
            content: claim.content ?? { type: "text", body: claim.text ?? "" },
            replyToWamid: claim.replyToWamid,
            metaMediaId: claim.metaMediaId,
          },
          callbackData: callbackDataOf(claim.messageId, claim.attempt),
          deadlineMs: SEND_DEADLINE_MS,
          signal,
        });
      } catch (error) {
        // A token that no key of ours opens; nothing has left yet.
        return { kind: "not_sent", why: errorMessage(error) };
      }
    },
    upload: async ({ organizationId, fileId, mimeType, filename, ...number }, signal) => {
      try {
        const stream = await store.get(`${organizationId}/${fileId}`);
        if (stream === null) return { kind: "not_uploaded", why: "The file is not in the store." };
        const loading = new Response(stream).bytes();
        const bytes = await withDeadline(loading, LOADING_DEADLINE_MS, "The file");
        const file = { bytes, mimeType, filename };
        const deadlineMs = UPLOAD_DEADLINE_MS;
        return await graph.upload({ ...accessOf(core, number), ...file, deadlineMs, signal });
      } catch (error) {
        return { kind: "not_uploaded", why: errorMessage(error) };
      }
    },
    showTyping: (claim) => {
      if (claim.lastLeadWamid === null) return;
      const wamid = claim.lastLeadWamid;
      try {
        // Best effort, never awaited: a reply must not wait for its announcement.
        void graph.markRead({ ...accessOf(core, claim), wamid, typing: true });
      } catch (error) {
        log.warn({ turnId: claim.turnId, error: errorMessage(error) }, "typing not shown");
      }
    },
  };
}
