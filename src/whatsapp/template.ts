/** A template's parts, as Meta names them; `samples` are what its reviewers read. */
export type TemplateComponent =
  | { type: "BODY"; text: string; samples?: readonly string[] }
  | { type: "HEADER"; format: "TEXT"; text: string; sample?: string }
  | { type: "HEADER"; format: "IMAGE" | "VIDEO" | "DOCUMENT" | "LOCATION" }
  | { type: "FOOTER"; text: string }
  | { type: "BUTTONS"; buttons: readonly TemplateButton[] };

export type TemplateButton =
  | { type: "QUICK_REPLY"; text: string }
  | { type: "URL"; text: string; url: string; sample?: string }
  | { type: "PHONE_NUMBER"; text: string; phoneNumber: string }
  | { type: "COPY_CODE"; sample: string };

/** Of each kind beside quick replies so many may be there (whatsapp.md 9). */
const MOST_BUTTONS = { URL: 2, PHONE_NUMBER: 1, COPY_CODE: 1 } as const;

const VARIABLE = /\{\{(\d{1,3})\}\}/g;

/** What the lead reads, variables included; empty without a body. */
export function bodyText(components: readonly TemplateComponent[]): string {
  return components.find((one) => one.type === "BODY")?.text ?? "";
}

/** The numbers of the variables in a text, in order. */
export function numberedVariables(text: string): number[] {
  return [...text.matchAll(VARIABLE)].map(([, number]) => Number(number));
}

/** A send must fill something else than the body's variables. */
export function needsMoreThanBody(components: readonly TemplateComponent[]): boolean {
  return components.some((one) => {
    if (one.type === "HEADER") return one.format !== "TEXT" || hasVariable(one.text);
    if (one.type !== "BUTTONS") return false;
    return one.buttons.some(
      (button) => button.type === "COPY_CODE" || (button.type === "URL" && hasVariable(button.url)),
    );
  });
}

/** The first thing that Meta would refuse and a schema cannot say; undefined where all is well. */
export function templateFault(components: readonly TemplateComponent[]): string | undefined {
  const kinds = components.map(({ type }) => type);
  const twice = kinds.find((kind, at) => kinds.indexOf(kind) !== at);
  if (twice !== undefined) return `there is more than one ${twice}.`;
  if (!kinds.includes("BODY")) return "there is no BODY.";
  return components.map(componentFault).find((fault) => fault !== undefined);
}

function componentFault(component: TemplateComponent): string | undefined {
  switch (component.type) {
    case "BODY":
      return bodyFault(component.text, component.samples ?? []);
    case "HEADER":
      return component.format === "TEXT"
        ? singleFault("HEADER", component.text, component.sample)
        : undefined;
    case "FOOTER":
      return /[{}]{2}/.test(component.text) ? "the FOOTER cannot have variables." : undefined;
    case "BUTTONS":
      return buttonsFault(component.buttons);
  }
}

function bodyFault(text: string, samples: readonly string[]): string | undefined {
  const trimmed = text.trim();
  if (hasStrayBraces(text)) return "the BODY's variables are written {{1}}, {{2}} …";
  const numbers = new Set(numberedVariables(text));
  if (!isContiguous(numbers)) return "the BODY's variables do not count up from {{1}}.";
  if (/^\{\{|\}\}$/.test(trimmed)) return "the BODY starts or ends with a variable.";
  if (/\}\}\s*\{\{/.test(text)) return "two variables of the BODY touch each other.";
  if (samples.length === numbers.size) return undefined;
  return `the BODY has ${numbers.size} variables and ${samples.length} samples.`;
}

/** For what may have one variable. */
function singleFault(where: string, text: string, sample: string | undefined): string | undefined {
  if (hasStrayBraces(text)) return `the ${where}'s variable is written {{1}}.`;
  const numbers = numberedVariables(text);
  if (numbers.length > 1 || numbers.some((number) => number !== 1)) {
    return `the ${where} can have one variable, {{1}}.`;
  }
  if (numbers.length === 1 && sample === undefined) return `the ${where} lacks its sample.`;
  if (numbers.length === 0 && sample !== undefined) {
    return `the ${where} has an sample but no variable.`;
  }
  return undefined;
}

function buttonsFault(buttons: readonly TemplateButton[]): string | undefined {
  for (const [kind, most] of Object.entries(MOST_BUTTONS)) {
    const count = buttons.filter(({ type }) => type === kind).length;
    if (count > most) return `there are more than ${most} ${kind} buttons.`;
  }
  if (!areGrouped(buttons)) return "quick replies stand among other buttons: group them.";
  return buttons.map(urlFault).find((fault) => fault !== undefined);
}

function areGrouped(buttons: readonly TemplateButton[]): boolean {
  const isReply = buttons.map(({ type }) => type === "QUICK_REPLY");
  return isReply.filter((reply, at) => at > 0 && reply !== isReply[at - 1]).length <= 1;
}

function urlFault(button: TemplateButton): string | undefined {
  if (button.type !== "URL") return undefined;
  const { url, sample } = button;
  if (hasVariable(url) && !url.endsWith("{{1}}")) return "a URL button's {{1}} stands at its end.";
  if (!URL.canParse(url.replace("{{1}}", "x"))) return "a URL button's url is no address.";
  return singleFault("URL button", url, sample);
}

function hasVariable(text: string): boolean {
  return numberedVariables(text).length > 0;
}

function hasStrayBraces(text: string): boolean {
  return /\{\{|\}\}/.test(text.replace(VARIABLE, ""));
}

function isContiguous(numbers: ReadonlySet<number>): boolean {
  return [...numbers].every((number) => number >= 1 && number <= numbers.size);
}
