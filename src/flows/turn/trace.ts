import type { Db, Parameter } from "../../db/client.ts";
import type { GateReport } from "../../funnel/gates/gate.ts";
import type {
  AttemptTrace,
  KeptAttempt,
  KeptCheck,
  TurnSeen,
  TurnTrace,
} from "../../funnel/trace.ts";
import type { Thought, ToolResult, TurnContext } from "../../funnel/turn.ts";
import { redactedJson } from "../../lib/redacted.ts";
import type { Claim } from "./claim.ts";

/** As much of one text as an explanation shows. */
const MAX_TEXT_CHARS = 1_000;
/** A prompt's own messages: instructions and context. What comes behind them was asked later. */
const FIRST_REQUEST = 2;

/** Listens to one turn's thinking. Nothing is redacted before it is stored. */
export interface TraceRecorder {
  saw(context: TurnContext, messageSeqs: readonly number[]): void;
  attempted(attempt: AttemptTrace): void;
  judged(thought: Thought, toolResults: readonly ToolResult[]): void;
  /** Null: the turn did not think. */
  kept(): TurnTrace | null;
}

export function createTraceRecorder(): TraceRecorder {
  let seen: { context: TurnContext; messageSeqs: readonly number[] } | undefined;
  const attempts: AttemptTrace[] = [];
  let end: Pick<TurnTrace, "checks" | "toolResults"> = { checks: [], toolResults: [] };
  return {
    saw: (context, messageSeqs) => {
      seen = { context, messageSeqs };
    },
    attempted: (attempt) => void attempts.push(attempt),
    judged: (thought, toolResults) => {
      const reports = ("gates" in thought && thought.gates) || [];
      end = { checks: reports.map(keptCheck), toolResults };
    },
    kept: () =>
      seen === undefined
        ? null
        : {
            seen: keptContext(seen.context, seen.messageSeqs),
            attempts: attempts.map(keptAttempt),
            ...end,
          },
  };
}

/** What the business says of itself, and its facts, are nobody's secret. */
function keptContext(context: TurnContext, messageSeqs: readonly number[]): TurnSeen {
  const { organizationId, conversationId, leadId, turnId, prompts, ...seen } = context;
  const { messages, now, window, ...rest } = seen;
  const serviceUntil = window.serviceUntil?.toISOString() ?? null;
  const said = messages.map((message, at) => ({
    ...message,
    seq: messageSeqs[at] ?? 0,
    sentAt: message.sentAt.toISOString(),
    text: redacted(message.text),
    quoted: message.quoted && redacted(message.quoted),
  }));
  const summary = rest.summary && redacted(rest.summary);
  return { ...rest, summary, now: now.toISOString(), window: { serviceUntil }, messages: said };
}

function keptAttempt({ messages, answer, ...attempt }: AttemptTrace): KeptAttempt {
  const asked = messages.slice(FIRST_REQUEST).findLast(({ role }) => role === "user");
  return {
    ...attempt,
    asked: asked ? redacted(asked.content) : null,
    answer: redactedJson(answer, MAX_TEXT_CHARS),
  };
}

function keptCheck({ draft, gate, ok, findings }: GateReport): KeptCheck {
  const kept = findings.map(({ text, reason }) => ({
    text: redacted(text),
    reason: redacted(reason),
  }));
  return { draft, gate, ok, findings: kept };
}

function redacted(text: string): string {
  return String(redactedJson(text, MAX_TEXT_CHARS));
}

/** Keeps the trace, for each row of `from`: a CTE that has one if the turn really ended. */
export function traceInsert(
  db: Db,
  { organizationId, turnId }: Pick<Claim, "organizationId" | "turnId">,
  trace: TurnTrace | null,
  from: string,
): Parameter {
  return db.part`
    insert into turn_traces (organization_id, turn_id, seen, attempts, checks, tool_results)
    select ${organizationId}, ${turnId}, ${db.json(trace?.seen ?? null)},
      ${db.json(trace?.attempts ?? null)}, ${db.json(trace?.checks ?? null)},
      ${db.json(trace?.toolResults ?? null)}
    from ${db.fragment(from)} where ${trace !== null}::bool`;
}
