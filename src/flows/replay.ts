import type { Db } from "../db/client.ts";
import { recordLlmCall } from "../db/queries/record-llm-call.ts";
import { builtInPrompts, ownVersion, type PromptSet, type PromptStep } from "../funnel/prompts.ts";
import type { LlmCall, Thought } from "../funnel/turn.ts";
import { AppError } from "../lib/errors.ts";
import type { Thinker } from "../llm/thinker.ts";
import { onlyLooking, weeklyCalendar } from "./turn/calendar.ts";
import { loadRecordedTurn, type RecordedTurn } from "./turn/recorded.ts";
import { createTools } from "./turn/tools.ts";

/** Below what a silent connection is left by the route that waits for it. */
const REPLAY_DEADLINE_MS = 40_000;

export interface ReplayDeps {
  db: Db;
  thinker: Thinker;
  onLlmCall(call: LlmCall, costUsd: number | null): void;
}

export interface ReplayRequest {
  organizationId: string;
  turnId: string;
  /** Null: the built-in versions. */
  promptVersionId: string | null;
  signal: AbortSignal;
}

export interface Replayed {
  recorded: RecordedTurn;
  thought: Thought;
  calls: readonly LlmCall[];
  /** USD, exact decimals: of the calls with a known cost, and what that is more than it was then. */
  costUsd: string | null;
  costDeltaUsd: string | null;
}

/**
 * Lets a turn think again about what it saw, on other prompts. Nothing is sent and nothing changes but
 * the calls' own rows, marked `replay`. Fails with `not_found`, `conflict`, `invalid_input` for a version
 * that no turn uses, and as the thinker does.
 */
export function createReplay({ db, thinker, onLlmCall }: ReplayDeps) {
  const runTools = createTools({ db, calendar: onlyLooking(weeklyCalendar(db)) });
  return async ({ organizationId, turnId, promptVersionId, signal }: ReplayRequest) => {
    const recorded = await loadRecordedTurn(db, organizationId, turnId);
    const prompts = await promptsOf(db, organizationId, promptVersionId, recorded.context.prompts);
    const { conversationId, leadId } = recorded.context;
    const subject = {
      organizationId,
      conversationId,
      leadId,
      turnId,
      disposition: "replay",
    } as const;
    const calls: LlmCall[] = [];
    const thought = await thinker.think(
      { ...recorded.context, prompts },
      {
        deadlineMs: REPLAY_DEADLINE_MS,
        signal,
        runTools: (decision) => runTools(recorded.context, decision),
        onCall: async (call) => {
          const { costUsd } = await recordLlmCall(db, subject, call);
          calls.push(call);
          onLlmCall(call, costUsd);
        },
      },
    );
    const cost = await costOf(db, organizationId, calls, recorded.costUsd);
    return { recorded, thought, calls, ...cost } satisfies Replayed;
  };
}

async function costOf(
  db: Db,
  organizationId: string,
  calls: readonly LlmCall[],
  then: string | null,
): Promise<Pick<Replayed, "costUsd" | "costDeltaUsd">> {
  const row = await db.first<Pick<Replayed, "costUsd" | "costDeltaUsd">>`
    select trim_scale(sum(cost))::text as cost_usd,
      trim_scale(sum(cost) - ${then}::numeric)::text as cost_delta_usd
    from llm_calls
    where organization_id = ${organizationId} and id = any(${calls.map(({ id }) => id)}::uuid[])`;
  return row ?? { costUsd: null, costDeltaUsd: null };
}

/** The version in its step's place; the other steps as they are live now. */
async function promptsOf(
  db: Db,
  organizationId: string,
  promptVersionId: string | null,
  live: PromptSet,
): Promise<PromptSet> {
  if (promptVersionId === null) return builtInPrompts;
  const row = await db.first<{ step: PromptStep; number: number; instructions: string }>`
    select step, number, instructions from prompt_versions
    where organization_id = ${organizationId} and id = ${promptVersionId}`;
  if (!row) throw new AppError("not_found", "There is no such prompt version.");
  const { step, number, instructions } = row;
  if (step === "memory") {
    throw new AppError(
      "invalid_input",
      "promptVersionId is a version of memory, which no turn uses.",
    );
  }
  return {
    ...live,
    [step]: { versionId: promptVersionId, version: ownVersion(number), instructions },
  };
}
