import type { TemplateVariable } from "../../funnel/template-values.ts";
import { AppError } from "../../lib/errors.ts";
import { bodyText, type TemplateComponent, variableNames } from "../../whatsapp/template.ts";
import {
  submissionFaults,
  type TemplateFault,
  templateFaults,
} from "../../whatsapp/template-faults.ts";

interface Parts {
  components: readonly TemplateComponent[];
  variables: readonly TemplateVariable[];
}

/** Fails with `invalid_input` that names each field Meta would refuse, or that fills no variable. */
export function checkParts(parts: Parts): void {
  refuse([...templateFaults(parts.components), ...variableFaults(parts)]);
}

/** Also what only a submission needs. */
export function checkSubmission(parts: Parts): void {
  const { components } = parts;
  refuse([
    ...templateFaults(components),
    ...submissionFaults(components),
    ...variableFaults(parts),
  ]);
}

function variableFaults({ components, variables }: Parts): TemplateFault[] {
  const names = variableNames(bodyText(components));
  return variables.flatMap(({ name }, at) => {
    const path = `variables[${at}].name`;
    if (!names.includes(name)) return [{ path, message: `the body has no {{${name}}}.` }];
    return variables.findIndex((one) => one.name === name) < at
      ? [{ path, message: `{{${name}}} is there twice.` }]
      : [];
  });
}

/** The sentence names fields as people read them, `errors` as every other answer does. */
function refuse(faults: readonly TemplateFault[]): void {
  if (faults.length === 0) return;
  const fields = faults.map(({ path, message }) => ({
    path: `body.${path.replaceAll(/\[(\d+)\]/g, ".$1")}`,
    code: "invalid",
    message,
  }));
  const detail = faults.map(({ path, message }) => `${path}: ${message}`).join(" ");
  throw new AppError("invalid_input", detail, { fields });
}
