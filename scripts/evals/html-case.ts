import type { EvalCase } from "./case.ts";
import { escaped } from "./html-escape.ts";
import type { CaseResult, TrialResult } from "./results.ts";

/** One case: what was said to the bot, what it did, and where that is not what was expected. */
export function caseCard(result: CaseResult, one: EvalCase | undefined, isOpen: boolean): string {
  const { id, group, severity, catches, source, passed, trials } = result;
  const failed = trials.filter(({ failures }) => failures.length > 0);
  const [shown] = failed.length > 0 ? failed : trials;
  const count =
    trials.length > 1
      ? `<span class="tag">${trials.length - failed.length} of ${trials.length} trials</span>`
      : "";
  return `<details class="case ${passed ? "passed" : "failed"}"${isOpen ? " open" : ` id="${id}"`}>
<summary><span class="mark" aria-label="${passed ? "passed" : "failed"}">${passed ? "✓" : "✗"}</span> <b>${id}</b> <span class="tag">${group}</span> <span class="tag ${severity}">${severity}</span> <span class="tag">${source}</span> ${count}<span class="catches">catches ${escaped(catches)}</span></summary>
<div class="body">
<div class="chat" dir="auto">${one ? chat(one) : ""}${shown ? answer(shown) : ""}</div>
${shown ? facts(shown) : ""}
</div>
</details>`;
}

function chat({ given }: EvalCase): string {
  return given.messages
    .map((said) =>
      typeof said === "string" ? { from: "lead", text: said, quoted: undefined } : said,
    )
    .map(
      ({ from, text, quoted }) =>
        `<p class="said ${from}" dir="auto">${quoted === undefined ? "" : `<q>${escaped(quoted)}</q>`}${escaped(text)}</p>`,
    )
    .join("");
}

const departures = {
  reply: "reply",
  holding_line: "holding line",
  confirmation: "confirmation",
  nothing: "nothing leaves",
} as const;

function answer({ leaves, said, drafts }: TrialResult): string {
  const stopped = drafts
    .filter(({ stoppedFor }) => stoppedFor !== null)
    .map(
      ({ text, stoppedFor }) =>
        `<p class="said bot stopped" dir="auto"><s>${escaped(text)}</s><small>stopped: ${escaped(stoppedFor ?? "")}</small></p>`,
    );
  const left =
    said === null
      ? `<p class="silence">${departures[leaves]}</p>`
      : `<p class="said bot" dir="auto">${escaped(said)}<small>${departures[leaves]}</small></p>`;
  return stopped.join("") + left;
}

function facts({ failures, stage, attention, action, tokens, latencyMs }: TrialResult): string {
  const rows = failures.map(
    ({ check, expected, got }) =>
      `<tr><th>${escaped(check)}</th><td>${escaped(expected)}</td><td dir="auto">${escaped(got)}</td></tr>`,
  );
  const table =
    rows.length === 0
      ? ""
      : `<div class="scroll"><table class="failures"><thead><tr><th></th><th>Expected</th><th>Got</th></tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
  return `${table}<p class="soft">stage ${stage} · action ${action ?? "none"} · attention ${attention ?? "none"} · ${tokens.toLocaleString("en")} tokens · ${latencyMs} ms</p>`;
}
