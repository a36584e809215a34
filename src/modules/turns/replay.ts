import { isDeepStrictEqual } from "node:util";
import type { BrainDecision, LlmCall, Thought } from "../../funnel/turn.ts";
import type { Actor } from "../../http/plugins/auth.ts";
import { lineDiff } from "../../lib/line-diff.ts";
import { redactedJson, redactedText } from "../../lib/redacted.ts";
import type { Mutate } from "../mutate.ts";
import type { Replay } from "./model.ts";

const MAX_DECISION_CHARS = 1_000;

interface Asked {
  turnId: string;
  promptVersionId: string | null;
  signal: AbortSignal;
}

/** Thinks a turn again; handed in, because modules do not think. */
export type Rethink = (request: Asked & { organizationId: string }) => Promise<{
  recorded: {
    context: { conversationId: string };
    decision: BrainDecision | null;
    draft: string | null;
    outcome: string;
    costUsd: string | null;
    versions: Readonly<Record<string, string>>;
    missing: string[];
  };
  thought: Thought;
  calls: readonly LlmCall[];
  costUsd: string | null;
  costDeltaUsd: string | null;
}>;

/** Both sides redacted alike, so that only what differs shows. Fails as `rethink` does. */
export async function replayTurn(
  { mutate, rethink }: { mutate: Mutate; rethink: Rethink },
  actor: Actor,
  asked: Asked,
): Promise<Replay> {
  const { turnId, promptVersionId } = asked;
  const { recorded, thought, calls, ...cost } = await rethink({
    ...asked,
    organizationId: actor.organizationId,
  });
  const { conversationId } = recorded.context;
  const then = { decision: shown(recorded.decision), text: recorded.draft };
  const now = {
    decision: shown("decision" in thought ? thought.decision : null),
    text: textOf(thought),
  };
  await mutate(actor, async (change) => {
    const after = { promptVersionId, calls: calls.length, costUsd: cost.costUsd };
    change.audit({ action: "turn.replayed", resourceId: turnId, after });
  });
  return {
    turnId,
    conversationId,
    recorded: {
      ...{ ...then, outcome: recorded.outcome, versions: { ...recorded.versions } },
      costUsd: recorded.costUsd,
    },
    replayed: {
      ...{ ...now, outcome: outcomes[thought.kind], why: whyNot(thought), costUsd: cost.costUsd },
      versions: Object.fromEntries(calls.map(({ step, promptVersion }) => [step, promptVersion])),
    },
    differences: differences(then.decision, now.decision),
    textDiff: lineDiff(then.text ?? "", now.text ?? ""),
    costDeltaUsd: cost.costDeltaUsd,
    missing: recorded.missing,
  };
}

const outcomes = {
  reply: "replied",
  no_reply: "no_reply",
  blocked: "blocked_by_gate",
  failed: "model_failed",
} as const satisfies Record<Thought["kind"], string>;

function textOf(thought: Thought): string | null {
  if (thought.kind === "reply") return redactedText(thought.text);
  return thought.kind === "blocked" ? redactedText(thought.draft) : null;
}

function whyNot(thought: Thought): string | null {
  return "reason" in thought ? thought.reason : null;
}

/** The cast holds: redaction changes texts within, and no field. */
function shown(decision: BrainDecision | null): Replay["recorded"]["decision"] {
  return redactedJson(decision, MAX_DECISION_CHARS) as Replay["recorded"]["decision"];
}

function differences(then: object | null, now: object | null): Replay["differences"] {
  const [old, fresh] = [new Map(Object.entries(then ?? {})), new Map(Object.entries(now ?? {}))];
  return [...new Set([...old.keys(), ...fresh.keys()])]
    .filter((field) => !isDeepStrictEqual(old.get(field), fresh.get(field)))
    .map((field) => ({
      field,
      recorded: old.get(field) ?? null,
      replayed: fresh.get(field) ?? null,
    }));
}
