import type { Append, Publish } from "../../../streams/publish.ts";
import type { CrashPoint } from "../../lib/crash-points.ts";
import { withDeadline } from "../../lib/deadline.ts";
import { AppError, errorMessage } from "../../lib/errors.ts";
import { tryParseJson } from "../../lib/json.ts";
import type { Log } from "../../lib/log.ts";
import { noticeItem } from "../../whatsapp/items.ts";
import { readCapped } from "../../whatsapp/read-capped.ts";
import { isSignatureHeader, verifyBody } from "../../whatsapp/signature.ts";
import { splitWebhook } from "../../whatsapp/webhook.ts";
import type { AbuseGuard } from "./abuse.ts";
import {
  type Arrival,
  routeItem,
  type Signer,
  unroutedNotice,
  type WebhookRoutes,
} from "./routing.ts";

/** Meta's payloads have up to 3 MB. */
export const MAX_BODY_BYTES = 3 * 1024 * 1024;

/** A sender that drips its body must not hold a connection. Meta's bodies arrive in milliseconds. */
const BODY_DEADLINE_MS = 10_000;

/** What became of a webhook POST, or of one item in it; each is a metric. */
export type WebhookOutcome =
  | "accepted"
  | "too_large"
  | "signature_missing"
  | "signature_malformed"
  | "signature_mismatch"
  | "throttled"
  | "unreadable"
  | "queue_unavailable"
  | "item_dropped"
  | "not_json";

export interface ReceiveDeps {
  routes: WebhookRoutes;
  append: Publish["append"];
  /** Wall clock: arrival is real time, whatever the business clock says. */
  now(): Date;
  outcome(name: WebhookOutcome): void;
  /** Crash point for the kill-anywhere tests; does nothing otherwise. */
  crash(step: CrashPoint): void;
  log: Log;
  abuse: AbuseGuard;
}

export interface Delivery {
  request: Request;
  requestId: string;
  /** Who sends, for counting failures. Asked only when one happened. */
  source(): string;
  /** Whose secrets may have signed, and those secrets. */
  signer: Signer;
  secrets: readonly string[];
}

/**
 * Takes one POST: size, then signature over the raw bytes, then one parse, one append of everything
 * in it, and only then the good answer. Fails with `payload_too_large`, `signature_invalid`,
 * `too_many_requests`, `malformed_request` or `queue_unavailable`; nothing is stored then.
 */
export async function receive(deps: ReceiveDeps, delivery: Delivery): Promise<void> {
  const bytes = await readSigned(deps, delivery);
  const { requestId, signer } = delivery;
  const arrival: Arrival = { signer, requestId, receivedAt: deps.now().toISOString() };
  const batch = readBatch(deps, arrival, bytes);
  if (batch.length > 0) await appendAll(deps, batch);
  deps.crash("webhook:appended");
  deps.outcome("accepted");
}

async function readSigned(deps: ReceiveDeps, delivery: Delivery): Promise<Uint8Array> {
  const { request, secrets } = delivery;
  const header = request.headers.get("x-hub-signature-256");
  if (!isSignatureHeader(header))
    return await refuse(deps, delivery, header ? "malformed" : "missing");
  const bytes = await readBody(deps, request);
  if (bytes === null) {
    deps.outcome("too_large");
    throw new AppError("payload_too_large", `A webhook may have at most ${MAX_BODY_BYTES} bytes.`);
  }
  const verdict = verifyBody(secrets, bytes, header);
  return verdict.ok ? bytes : await refuse(deps, delivery, verdict.why);
}

/** Null when it is too large. An announced length is binding: Bun never gives more than that. */
async function readBody(deps: ReceiveDeps, request: Request): Promise<Uint8Array | null> {
  const announced = request.headers.get("content-length");
  if (announced !== null && Number(announced) > MAX_BODY_BYTES) return null;
  try {
    const reading = announced === null ? readCapped(request.body, MAX_BODY_BYTES) : request.bytes();
    return await withDeadline(reading, BODY_DEADLINE_MS, "The sender of the body");
  } catch (error) {
    deps.outcome("unreadable");
    throw new AppError("malformed_request", "The body did not arrive.", {}, error);
  }
}

async function refuse(
  deps: ReceiveDeps,
  delivery: Delivery,
  why: "missing" | "malformed" | "mismatch",
): Promise<never> {
  deps.outcome(`signature_${why}`);
  const retryAfterMs = await deps.abuse.failed(delivery.source());
  if (retryAfterMs === null) throw new AppError("signature_invalid", `The signature: ${why}.`);
  deps.outcome("throttled");
  throw new AppError("too_many_requests", "Too many unsigned requests.", { retryAfterMs });
}

/** Signed but not JSON is kept raw too: refusing it would make Meta repeat it for days. */
function readBatch(deps: ReceiveDeps, arrival: Arrival, bytes: Uint8Array): Append[] {
  const text = new TextDecoder().decode(bytes);
  const body = tryParseJson(text);
  if (body === undefined) {
    deps.outcome("not_json");
    return [unroutedNotice(arrival, noticeItem("not_json", text))];
  }
  const batch: Append[] = [];
  let dropped = 0;
  for (const routed of splitWebhook(body, arrival.receivedAt)) {
    const appends = routeItem(deps.routes, arrival, routed);
    if (appends.length === 0) dropped += 1;
    batch.push(...appends);
  }
  if (dropped > 0) noteDropped(deps, arrival, dropped);
  return batch;
}

function noteDropped(
  { outcome, log }: ReceiveDeps,
  { requestId, signer }: Arrival,
  dropped: number,
) {
  for (let count = 0; count < dropped; count += 1) outcome("item_dropped");
  log.warn({ requestId, ...signer, dropped }, "webhook items of numbers the signer does not own");
}

async function appendAll(deps: ReceiveDeps, batch: readonly Append[]): Promise<void> {
  try {
    await deps.append(batch);
  } catch (error) {
    deps.outcome("queue_unavailable");
    deps.log.error({ items: batch.length, error: errorMessage(error) }, "webhook not taken");
    throw new AppError("queue_unavailable", "The queue did not take the webhook.", {}, error);
  }
}
