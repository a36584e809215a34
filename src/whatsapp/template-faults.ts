import {
  hasStrayBraces,
  hasVariable,
  isNamed,
  isNumber,
  mediaHeader,
  type TemplateButton,
  type TemplateComponent,
  variableNames,
} from "./template.ts";

/** One thing that Meta would refuse, and where it stands: `components[1].buttons[0].url`. */
export interface TemplateFault {
  path: string;
  message: string;
}

/** Of each kind beside quick replies so many may be there (whatsapp.md 9). */
const MOST_BUTTONS = { URL: 2, PHONE_NUMBER: 1, COPY_CODE: 1 } as const;

/** Everything that Meta would refuse and a schema cannot say; empty where all is well. */
export function templateFaults(components: readonly TemplateComponent[]): TemplateFault[] {
  const kinds = components.map(({ type }) => type);
  const faults = components.flatMap((component, at) => {
    const path = `components[${at}]`;
    if (kinds.indexOf(component.type) !== at) {
      return [{ path, message: `there is more than one ${component.type}.` }];
    }
    return componentFaults(component, path, isNamed(components));
  });
  if (kinds.includes("BODY")) return faults;
  return [{ path: "components", message: "there is no BODY." }, ...faults];
}

/** What only submitting to Meta asks for: a sample file of a header that is one. */
export function submissionFaults(components: readonly TemplateComponent[]): TemplateFault[] {
  const header = mediaHeader(components);
  if (!header || "sampleFileId" in header) return [];
  const message = "Meta wants a sample of this header: upload a file and name its id here.";
  return [{ path: `components[${components.indexOf(header)}].sampleFileId`, message }];
}

function componentFaults(
  component: TemplateComponent,
  path: string,
  named: boolean,
): TemplateFault[] {
  switch (component.type) {
    case "BODY":
      return bodyFaults(component.text, component.samples ?? [], path, named);
    case "HEADER":
      return component.format === "TEXT"
        ? singleFaults(component.text, component.sample, {
            path,
            text: "text",
            what: "a HEADER",
            named,
          })
        : [];
    case "FOOTER":
      return /[{}]{2}/.test(component.text)
        ? [{ path: `${path}.text`, message: "a FOOTER cannot have variables." }]
        : [];
    case "BUTTONS":
      return buttonsFaults(component.buttons, `${path}.buttons`);
    case "OTHER":
      return [{ path: `${path}.type`, message: "Leadline cannot write this part." }];
  }
}

function bodyFaults(
  text: string,
  samples: readonly string[],
  path: string,
  named: boolean,
): TemplateFault[] {
  const names = variableNames(text);
  const message = bodyTextFault(text, names, named);
  if (message !== undefined) return [{ path: `${path}.text`, message }];
  if (samples.length === names.length) return [];
  const counts = `it has ${names.length} variables and ${samples.length} samples.`;
  return [{ path: `${path}.samples`, message: counts }];
}

function bodyTextFault(text: string, names: readonly string[], named: boolean): string | undefined {
  const trimmed = text.trim();
  if (hasStrayBraces(text)) return "variables are written {{1}}, {{2}} … or {{first_name}}.";
  if (named && names.some(isNumber)) return "variables are numbered or named, not both.";
  if (!named && !isContiguous(names)) return "variables do not count up from {{1}}.";
  if (/^\{\{|\}\}$/.test(trimmed)) return "it starts or ends with a variable.";
  return /\}\}\s*\{\{/.test(text) ? "two variables touch each other." : undefined;
}

interface Single {
  path: string;
  /** The field that holds the text. */
  text: "text" | "url";
  what: string;
  named: boolean;
}

/** For what may have one variable. */
function singleFaults(
  text: string,
  sample: string | undefined,
  { path, text: field, what, named }: Single,
): TemplateFault[] {
  const names = variableNames(text);
  const written = named ? "{{name}}" : "{{1}}";
  const fits = names.every((name) => (named ? !isNumber(name) : name === "1"));
  if (hasStrayBraces(text) || names.length > 1 || !fits) {
    return [{ path: `${path}.${field}`, message: `${what} can have one variable, ${written}.` }];
  }
  if (names.length === 1 && sample === undefined) {
    return [{ path: `${path}.sample`, message: "its variable lacks a sample." }];
  }
  if (names.length === 0 && sample !== undefined) {
    return [{ path: `${path}.sample`, message: "there is a sample but no variable." }];
  }
  return [];
}

function buttonsFaults(buttons: readonly TemplateButton[], path: string): TemplateFault[] {
  const faults: TemplateFault[] = Object.entries(MOST_BUTTONS).flatMap(([kind, most]) => {
    const count = buttons.filter(({ type }) => type === kind).length;
    return count > most ? [{ path, message: `there are more than ${most} ${kind} buttons.` }] : [];
  });
  if (!areGrouped(buttons)) {
    faults.push({ path, message: "quick replies stand among other buttons: group them." });
  }
  return [...faults, ...buttons.flatMap((button, at) => urlFaults(button, `${path}[${at}]`))];
}

function areGrouped(buttons: readonly TemplateButton[]): boolean {
  const isReply = buttons.map(({ type }) => type === "QUICK_REPLY");
  return isReply.filter((reply, at) => at > 0 && reply !== isReply[at - 1]).length <= 1;
}

function urlFaults(button: TemplateButton, path: string): TemplateFault[] {
  if (button.type !== "URL") return [];
  const { url, sample } = button;
  if (hasVariable(url) && !url.endsWith("{{1}}")) {
    return [{ path: `${path}.url`, message: "its {{1}} stands at the end." }];
  }
  if (!URL.canParse(url.replace("{{1}}", "x"))) {
    return [{ path: `${path}.url`, message: "it is no address." }];
  }
  return singleFaults(url, sample, { path, text: "url", what: "a URL", named: false });
}

function isContiguous(names: readonly string[]): boolean {
  return names.every((name) => Number(name) >= 1 && Number(name) <= names.length);
}
