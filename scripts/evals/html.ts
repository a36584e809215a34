import type { Difference } from "./history.ts";
import { caseCard } from "./html-case.ts";
import { escaped } from "./html-escape.ts";
import { script, style } from "./html-style.ts";
import type { GoldenSet } from "./load.ts";
import { type RunReport, shareOf, totalsOf } from "./results.ts";
import { changeOf, meaningOf, money, noPrice, percent, rangeOf } from "./words.ts";

/** A run as one page that needs nothing else: no network, no other file. */
export function pageOf(run: RunReport, difference: Difference | null, set: GoldenSet): string {
  const cases = new Map(set.cases.map((one) => [one.id, one]));
  const failed = run.results.filter(({ passed }) => !passed);
  const cards = (results: RunReport["results"], isOpen: boolean) =>
    results.map((result) => caseCard(result, cases.get(result.id), isOpen)).join("\n");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Golden set, ${run.mode}, ${escaped(run.at.slice(0, 16))}</title>
<style>${style}</style>
</head>
<body>
<main>
${heading(run)}
${tiles(run, difference)}
${changes(run, difference)}
<section><h2>Classes</h2>${groupTable(run)}</section>
${failed.length > 0 ? `<section><h2>Failed <span class="count">${failed.length}</span></h2>${cards(failed, true)}</section>` : ""}
<section>
<h2>All cases <span class="count">${run.results.length}</span></h2>
<p class="filter"><label>Find <input type="search" id="find" placeholder="words, a class, safety …"></label> <span id="found" role="status"></span></p>
<div id="all">${cards(run.results, false)}</div>
</section>
${prompts(run)}
</main>
<script>${script}</script>
</body>
</html>
`;
}

function heading(run: RunReport): string {
  const failed = run.results.filter(({ passed }) => !passed).length;
  const verdict =
    failed === 0 ? `<b class="good">All passed</b>` : `<b class="bad">${failed} failed</b>`;
  return `<header>
<h1>Golden set <span class="badge">${run.mode}</span> ${verdict}</h1>
<p class="soft">${escaped(run.at.slice(0, 16).replace("T", " "))} UTC · ${run.endpoint === null ? "written answers" : `${escaped(run.model)} at ${escaped(run.endpoint)}`} · set <code>${run.caseSetHash}</code> · ${(run.tookMs / 1_000).toFixed(1)} s</p>
<ul class="meaning">${meaningOf(run)
    .map((line) => `<li>${escaped(line)}</li>`)
    .join("")}</ul>
${run.stale.map(staleNote).join("")}
</header>`;
}

function staleNote({ model, recordedAt, cases, because }: RunReport["stale"][number]): string {
  return `<p class="warn">${cases} recordings of ${escaped(model)} from ${escaped(recordedAt.slice(0, 10))} are stale and were not replayed: ${escaped(because.join(" and "))} changed since.</p>`;
}

function tiles(run: RunReport, difference: Difference | null): string {
  const share = shareOf(run.results);
  const totals = totalsOf(run.results);
  const { trials, tokens, medianMs } = totals;
  const passed = run.results.filter((one) => one.passed).length;
  const isLive = run.mode === "live";
  const list: [label: string, value: string, note: string][] = [
    ["Cases passed", `${passed} of ${run.results.length}`, percent(passed / run.results.length)],
    ...(isLive
      ? ([
          ["Pass rate of the model", percent(share.passed / share.of), `95 %: ${rangeOf(share)}`],
          ["Trials", `${trials}`, `median ${medianMs} ms, ${run.runs} per case`],
        ] satisfies [string, string, string][])
      : []),
    [
      "Tokens",
      tokens.toLocaleString("en"),
      isLive ? "as the provider counts" : "estimated from bytes",
    ],
    [
      isLive ? "Cost" : "Would cost",
      money(totals.costUsd),
      [costNote(run, difference), ...(totals.unpriced > 0 ? [noPrice(totals)] : [])].join("; "),
    ],
  ];
  return `<dl class="tiles">${list
    .map(
      ([label, value, note]) =>
        `<div><dt>${label}</dt><dd>${escaped(value)}<small>${escaped(note)}</small></dd></div>`,
    )
    .join("")}</dl>`;
}

function costNote({ mode, model }: RunReport, difference: Difference | null): string {
  if (difference) return `per trial ${changeOf(difference.costChange)} since the last run`;
  return mode === "live" ? "by the prices that Leadline ships" : `at the price of ${model}`;
}

function changes(run: RunReport, difference: Difference | null): string {
  if (!difference) return "";
  const { since, model, broken, mended, added, removed, tokenChange, promptsChanged } = difference;
  const names = (ids: readonly string[], tone: string) =>
    ids.length === 0
      ? `<span class="soft">none</span>`
      : ids.map((id) => `<a class="${tone}" href="#${id}">${id}</a>`).join(" ");
  return `<section><h2>Since ${escaped(since.slice(0, 16).replace("T", " "))} UTC${model === run.model ? "" : `, ${escaped(model)}`}</h2>
<dl class="changes">
<dt>Broken</dt><dd>${names(broken, "bad")}</dd>
<dt>Mended</dt><dd>${names(mended, "good")}</dd>
<dt>Cases</dt><dd>${added} added, ${removed} removed</dd>
<dt>Tokens per trial</dt><dd>${changeOf(tokenChange)}</dd>
<dt>Prompts changed</dt><dd>${promptsChanged.length > 0 ? escaped(promptsChanged.join(", ")) : `<span class="soft">none</span>`}</dd>
</dl></section>`;
}

function groupTable({ results, groups, mode }: RunReport): string {
  const rows = [...Map.groupBy(results, ({ group }) => group)].map(([group, some]) => {
    const passed = some.filter((one) => one.passed).length;
    const { costUsd, tokens } = totalsOf(some);
    const share = shareOf(some);
    return `<tr>
<td><b>${escaped(groups[group]?.title ?? group)}</b><small>${escaped(groups[group]?.about ?? "")}</small></td>
<td class="bar"><span class="${passed === some.length ? "fill" : "fill part"}" style="width:${((passed / some.length) * 100).toFixed(1)}%"></span></td>
<td class="number">${passed}/${some.length}</td>
${mode === "live" ? `<td class="number">${share.of > 0 ? rangeOf(share) : "rules only"}</td>` : ""}
<td class="number">${tokens.toLocaleString("en")}</td><td class="number">${money(costUsd)}</td>
</tr>`;
  });
  return `<div class="scroll"><table><thead><tr><th>Class</th><th>Passed</th><th></th>${mode === "live" ? "<th class=number>95 %</th>" : ""}<th class="number">Tokens</th><th class="number">Cost</th></tr></thead>
<tbody>${rows.join("\n")}</tbody></table></div>`;
}

function prompts({ prompts: used }: RunReport): string {
  if (used.length === 0) return "";
  return `<section><h2>Prompts</h2><ul class="prompts">${used
    .map(({ step, version, hash }) => `<li>${step} ${escaped(version)} <code>${hash}</code></li>`)
    .join("")}</ul></section>`;
}
