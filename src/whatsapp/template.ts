/** A template's parts, as Meta names them; `samples` are what its reviewers read. */
export type TemplateComponent =
  | { type: "BODY"; text: string; samples?: readonly string[] }
  | { type: "HEADER"; format: "TEXT"; text: string; sample?: string }
  /** `sampleFileId`: of our files, what its reviewers see. */
  | { type: "HEADER"; format: "IMAGE" | "VIDEO" | "DOCUMENT"; sampleFileId?: string }
  | { type: "HEADER"; format: "LOCATION" }
  | { type: "FOOTER"; text: string }
  | { type: "BUTTONS"; buttons: readonly TemplateButton[] }
  /** A part that Leadline cannot write, verbatim: a carousel, a one-time password … */
  | { type: "OTHER"; meta: Readonly<Record<string, unknown>> };

export type TemplateButton =
  | { type: "QUICK_REPLY"; text: string }
  | { type: "URL"; text: string; url: string; sample?: string }
  | { type: "PHONE_NUMBER"; text: string; phoneNumber: string }
  | { type: "COPY_CODE"; sample: string };

/** Numbered, `{{1}}`, or named, `{{first_name}}`; one template has one kind. */
const VARIABLE = /\{\{(\d{1,3}|[a-z][a-z0-9_]{0,39})\}\}/g;

/** What the lead reads, variables included; empty without a body. */
export function bodyText(components: readonly TemplateComponent[]): string {
  return components.find((one) => one.type === "BODY")?.text ?? "";
}

/**
 * The variables of a text, each once: numbers in their order, names in the order of the text. That is the
 * order in which a send gives their values.
 */
export function variableNames(text: string): string[] {
  const names = [...new Set([...text.matchAll(VARIABLE)].map(([, name = ""]) => name))];
  return names.every(isNumber) ? names.toSorted((a, b) => Number(a) - Number(b)) : names;
}

/** Whether any variable has a name; Meta calls the format NAMED, else POSITIONAL. */
export function isNamed(components: readonly TemplateComponent[]): boolean {
  return components.some(
    (one) => "text" in one && variableNames(one.text).some((name) => !isNumber(name)),
  );
}

/** The text with values in the place of its variables. */
export function filledText(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(VARIABLE, (written, name) => values.get(name) ?? written);
}

/** The header that is a file, if it is one. */
export function mediaHeader(components: readonly TemplateComponent[]) {
  return components.find(
    (one) => one.type === "HEADER" && one.format !== "TEXT" && one.format !== "LOCATION",
  );
}

/** A send must fill something else than the body's variables. */
export function needsMoreThanBody(components: readonly TemplateComponent[]): boolean {
  return components.some((one) => {
    if (one.type === "OTHER") return true;
    if (one.type === "HEADER") return one.format !== "TEXT" || hasVariable(one.text);
    if (one.type !== "BUTTONS") return false;
    return one.buttons.some(
      (button) => button.type === "COPY_CODE" || (button.type === "URL" && hasVariable(button.url)),
    );
  });
}

export function isNumber(name: string): boolean {
  return /^\d+$/.test(name);
}

export function hasVariable(text: string): boolean {
  return variableNames(text).length > 0;
}

/** Braces that are no variable. */
export function hasStrayBraces(text: string): boolean {
  return /\{\{|\}\}/.test(text.replace(VARIABLE, ""));
}
