import { Elysia } from "elysia";
import { demoIds, demoNumber } from "../../../src/db/seed/northwind.ts";
import { systemClock } from "../../../src/lib/clock.ts";
import type { FaultSpec } from "../../../src/simulator/faults.ts";
import type { LedgerEntry } from "../../../src/simulator/graph/ledger.ts";
import { createSimulator } from "../../../src/simulator/simulator.ts";
import { silentLog } from "../../support/servers.ts";

export const appSecret = "fault-tests-app-secret";
export const verifyToken = "fault-tests-verify-token";

/** What one webhook POST got; status 0 = no answer at all. */
interface WebhookAnswer {
  status: number;
  tookMs: number;
  /** Of the lead's messages in it. */
  wamids: readonly string[];
}

/** One text a lead wrote, whether or not Leadline has taken it yet. */
interface Written {
  lead: string;
  wamid: string;
}

/**
 * Meta, the phones and the model in the test's own process: what they saw outlives every kill. Each
 * webhook passes a recorder on its way to the APIs in turn, so that acknowledgements are known as answered.
 */
export async function startMeta(apiUrls: readonly string[]) {
  const answers: WebhookAnswer[] = [];
  const written: Written[] = [];
  const recorder = startRecorder(apiUrls, answers);
  const simulator = createSimulator({
    clock: systemClock,
    advanceClock: () => Promise.reject(new Error("Fault tests leave the clock alone.")),
    log: silentLog,
    numbers: [
      {
        ...demoNumber,
        organizationId: demoIds.organization,
        appSecret,
        verifyToken,
        businessName: "Northwind Solar",
        webhookUrl: `http://127.0.0.1:${recorder.port}/webhooks/whatsapp`,
      },
    ],
    settings: {
      modelLatencyMs: 0,
      statusDelayMs: { sent: 20, delivered: 40, read: 60 },
      webhookRetryDelayMs: 100,
    },
  });
  const app = new Elysia().use(simulator.app).listen({ port: 0, hostname: "127.0.0.1" });
  const url = `http://127.0.0.1:${app.server?.port}/simulator`;

  async function call<Answer>(method: string, path: string, body?: object): Promise<Answer> {
    const answer = await fetch(`${url}/api/${path}`, {
      method,
      ...(body && {
        body: JSON.stringify(body),
        headers: { "content-type": "application/json" },
      }),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return await answer.json();
  }

  return {
    url,
    answers,
    written,
    /** wamids that Redis was made to forget before anybody had read them: nobody promises those. */
    excused: new Set<string>(),
    /** The lead writes; the webhook is redelivered until it is answered 200. */
    write: async (lead: string, text = "Hi, how much is it?") => {
      const { wamid } = await call<{ wamid: string }>("POST", "messages", { from: lead, text });
      written.push({ lead, wamid });
      return wamid;
    },
    /** The lead sends a file, as the simulator's `/media` takes it. */
    sendFile: async (lead: string, file: object) => {
      const { wamid } = await call<{ wamid: string }>("POST", "media", { from: lead, ...file });
      written.push({ lead, wamid });
      return wamid;
    },
    ledger: async (lead?: string) => {
      const query = lead === undefined ? "" : `?to=${lead}`;
      return (await call<{ data: LedgerEntry[] }>("GET", `ledger${query}`)).data;
    },
    thinkFor: (latencyMs: number) => call("POST", "model", { latencyMs }),
    /** How often the model was asked for each step. */
    callsByStep: async () => (await call<{ calls: Record<string, number> }>("GET", "model")).calls,
    /** How many prompts the model has begun to think about. */
    promptCount: async () => {
      const { calls } = await call<{ calls: Record<string, number> }>("GET", "model");
      return Object.values(calls).reduce((sum, count) => sum + count, 0);
    },
    addFault: (fault: FaultSpec) => call("POST", "faults", fault),
    clearFaults: () => call("DELETE", "faults"),
    /** wamids in webhooks that were answered 200. */
    acknowledged: () =>
      new Set(answers.filter(({ status }) => status === 200).flatMap(({ wamids }) => wamids)),
    stop: async () => {
      await simulator.stop();
      await app.stop(true);
      await recorder.stop(true);
    },
  };
}

/** Longer than any promise about answers, so that a hanging webhook shows as one. */
const ANSWER_DEADLINE_MS = 9_000;

function startRecorder(apiUrls: readonly string[], answers: WebhookAnswer[]) {
  let turn = 0;
  return Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      const body = await request.bytes();
      const apiUrl = apiUrls[turn++ % apiUrls.length];
      const startedAtMs = performance.now();
      const status = await fetch(`${apiUrl}${new URL(request.url).pathname}`, {
        method: "POST",
        headers: request.headers,
        body,
        signal: AbortSignal.timeout(ANSWER_DEADLINE_MS),
      }).then(
        (answer) => answer.status,
        () => 0,
      );
      const tookMs = performance.now() - startedAtMs;
      answers.push({ status, tookMs, wamids: wamidsIn(body) });
      return new Response(null, { status: status === 0 ? 502 : status });
    },
  });
}

interface WebhookBody {
  entry: { changes: { value: { messages?: { id: string }[] } }[] }[];
}

function wamidsIn(body: Uint8Array): string[] {
  const { entry }: WebhookBody = JSON.parse(new TextDecoder().decode(body));
  const values = entry.flatMap(({ changes }) => changes.map(({ value }) => value));
  return values.flatMap(({ messages = [] }) => messages.map(({ id }) => id));
}
