import type { Db } from "../../db/client.ts";
import { AppError } from "../../lib/errors.ts";
import { lineDiff } from "../../lib/line-diff.ts";
import type { DiffQuery, PromptDiff } from "./model.ts";
import { getPrompt, type PromptCatalogue } from "./read.ts";

/** From the other version to this one. Fails with `not_found`, and `invalid_input` across steps. */
export async function diffPrompts(
  db: Db,
  catalogue: PromptCatalogue,
  organizationId: string,
  id: string,
  { against = "built-in" }: DiffQuery,
): Promise<PromptDiff> {
  const to = await getPrompt(db, catalogue, organizationId, id);
  const { step } = to;
  const builtIn = catalogue.builtIn(step);
  const from =
    against === "built-in"
      ? { ...builtIn, id: null, step, label: `built-in ${builtIn.version}` }
      : await getPrompt(db, catalogue, organizationId, against);
  if (from.step !== step) {
    throw new AppError("invalid_input", `against is a version of ${from.step}, not of ${step}.`);
  }
  return {
    step,
    from: { id: from.id, label: from.label },
    to: { id: to.id, label: to.label },
    lines: lineDiff(from.instructions, to.instructions),
  };
}
