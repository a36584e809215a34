import type { LlmCallSubject } from "../../db/queries/llm-record.ts";
import type { CallBounds, LlmCall } from "../../funnel/turn.ts";
import { withDeadline } from "../../lib/deadline.ts";
import { AppError } from "../../lib/errors.ts";
import type { Describer } from "../../llm/describer.ts";
import type { Transcriber } from "../../llm/transcriber.ts";
import type { MediaStore } from "../../storage/store.ts";
import { type MediaClaim, storageKey } from "./claim.ts";
import type { Words } from "./settle-words.ts";

/** One deadline for the whole; a recording may last minutes. */
const READING_DEADLINE_MS = 90_000;
const LOADING_DEADLINE_MS = 30_000;

export interface ReadDeps {
  store: MediaStore;
  /** Null: recordings are not put into words here. */
  transcriber: Transcriber | null;
  describer: Describer;
  reserveCall(subject: LlmCallSubject, call: LlmCall, bounds: CallBounds): Promise<boolean>;
  recordCall(subject: LlmCallSubject, call: LlmCall): Promise<void>;
}

/**
 * Puts a stored file into words. Rejects with `model_unavailable` when the model cannot be reached; null:
 * it was, and gave none, or the budget has no room for it.
 */
export async function readFile(
  deps: ReadDeps,
  claim: MediaClaim,
  signal: AbortSignal,
): Promise<Words | null> {
  const { organizationId, conversationId, leadId, messageId } = claim;
  const stream = await deps.store.get(storageKey(claim));
  if (stream === null) throw new AppError("not_found", "The file is not in the store.");
  const bytes = await withDeadline(new Response(stream).bytes(), LOADING_DEADLINE_MS, "The file");
  const subject = { organizationId, conversationId, leadId, turnId: null, messageId };
  const run = {
    deadlineMs: READING_DEADLINE_MS,
    signal,
    reserve: (call: LlmCall, bounds: CallBounds) => deps.reserveCall(subject, call, bounds),
    onCall: (call: LlmCall) => deps.recordCall(subject, call),
  };
  const file = { organizationId, bytes, mimeType: claim.mimeType ?? "" };
  if (!claim.voice) {
    const seen = await deps.describer.describe({ ...file, caption: claim.caption }, run);
    return seen.kind !== "description" ? null : { kind: "description", text: seen.text };
  }
  const heard = (await deps.transcriber?.transcribe(file, run)) ?? { kind: "failed" };
  if (heard.kind !== "transcript") return null;
  return { kind: "transcript", text: heard.text, confidence: heard.confidence };
}
