import { errorMessage } from "../src/lib/errors.ts";
import { readArguments, USAGE } from "./evals/arguments.ts";
import { withCandidate } from "./evals/candidate.ts";
import { evaluate } from "./evals/evaluate.ts";
import { linesOf, painted, unpainted } from "./evals/terminal.ts";

const asked = readArguments(process.argv.slice(2));
if (asked === null) console.log(USAGE);
else if (typeof asked === "string") {
  console.error(`${asked}\n\n${USAGE}`);
  process.exitCode = 2;
} else {
  try {
    const say = (line: string) => {
      if (!asked.json) console.log(line);
    };
    const around = { env: process.env, say };
    const { report, difference, htmlFile, notes } =
      asked.promptId === undefined
        ? await evaluate(asked, around)
        : await withCandidate(asked.promptId, process.env, (candidate) =>
            evaluate(asked, { ...around, candidate }),
          );
    const isColoured = Boolean(process.stdout.isTTY) && !process.env["NO_COLOR"];
    const lines = linesOf(report, difference, isColoured ? painted : unpainted);
    console.log(asked.json ? JSON.stringify(report) : [...lines, ...notes, htmlFile].join("\n"));
    if (report.results.some(({ passed }) => !passed)) process.exitCode = 1;
  } catch (error) {
    console.error(errorMessage(error));
    process.exitCode = 1;
  }
}
