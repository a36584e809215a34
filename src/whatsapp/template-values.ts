import type { Media, TemplateButtonValue, TemplateHeaderValue } from "./message.ts";
import {
  hasVariable,
  type TemplateButton,
  type TemplateComponent,
  variableNames,
} from "./template.ts";

/** What a request gives for a template's header; a file is looked up already. */
export interface GivenHeader {
  text?: string;
  media?: Media;
  /** Of a document. */
  filename?: string;
  location?: { latitude: number; longitude: number; name: string; address: string };
}

/** What a request gives for one button: the end of its address, its code, or what a tap sends back. */
export interface GivenButton {
  /** Its place among the template's buttons, from 0. */
  index: number;
  value: string;
}

/** A value that is missing, or that the template has no place for: the field as a request names it. */
export interface ValueFault {
  field: string;
  message: string;
}

/** Longest values that Meta takes (whatsapp.md 9). */
const MOST = { header: 60, url: 2_000, copy_code: 20, quick_reply: 256 } as const;

type Header = Extract<TemplateComponent, { type: "HEADER" }>;

/** The header's format, in lower case as a message names it; null without a header. */
export function headerFormat(
  components: readonly TemplateComponent[],
): "text" | "image" | "video" | "document" | "location" | null {
  switch (headerOf(components)?.format) {
    case undefined:
      return null;
    case "TEXT":
      return "text";
    case "IMAGE":
      return "image";
    case "VIDEO":
      return "video";
    case "DOCUMENT":
      return "document";
    case "LOCATION":
      return "location";
  }
}

/** What fills the header, or why what was given does not; null: it needs nothing. */
export function headerValue(
  components: readonly TemplateComponent[],
  given: GivenHeader | undefined,
): TemplateHeaderValue | ValueFault | null {
  const header = headerOf(components);
  if (header === undefined || (header.format === "TEXT" && !hasVariable(header.text))) {
    return given === undefined ? null : fault("header", "the template's header takes no value");
  }
  switch (header.format) {
    case "TEXT":
      return textHeader(header.text, given?.text);
    case "LOCATION":
      return placeHeader(given?.location);
    default:
      return fileHeader(header.format, given);
  }
}

function placeHeader(location: GivenHeader["location"]): TemplateHeaderValue | ValueFault {
  if (location) return { type: "location", ...location };
  return fault("header.location", "the template's header needs a place");
}

function fileHeader(
  format: "IMAGE" | "VIDEO" | "DOCUMENT",
  { media, filename }: GivenHeader = {},
): TemplateHeaderValue | ValueFault {
  if (media === undefined) return fault("header", `the template's header needs a file: ${format}`);
  if (format !== "DOCUMENT") return { type: format === "IMAGE" ? "image" : "video", media };
  return { type: "document", media, ...(filename !== undefined && { filename }) };
}

function textHeader(text: string, value: string | undefined): TemplateHeaderValue | ValueFault {
  const [name = ""] = variableNames(text);
  if (value === undefined) return fault("header.text", `nothing fills {{${name}}} of the header`);
  const checked = checkLength("header.text", value, MOST.header);
  return checked ?? { type: "text", text: value, ...(/^\d/.test(name) ? {} : { name }) };
}

/** What fills the buttons, in their order, or the first thing that is wrong with it. */
export function buttonValues(
  components: readonly TemplateComponent[],
  given: readonly GivenButton[],
): TemplateButtonValue[] | ValueFault {
  const buttons = components.find((one) => one.type === "BUTTONS")?.buttons ?? [];
  const wrong = given
    .map((one, at) => wrongValue(buttons, given, one, at))
    .find((found) => found !== null);
  if (wrong) return wrong;
  const lacking = buttons.findIndex(
    (button, index) => mustHaveValue(button) && !given.some((one) => one.index === index),
  );
  if (lacking >= 0) return fault("buttons", `button ${lacking} needs a value`);
  return given
    .toSorted((one, other) => one.index - other.index)
    .flatMap(({ index, value }) => {
      const button = buttons[index];
      const type = button === undefined ? null : valueKind(button);
      return type === null ? [] : [{ index, type, value }];
    });
}

function mustHaveValue(button: TemplateButton): boolean {
  const kind = valueKind(button);
  return kind === "url" || kind === "copy_code";
}

function wrongValue(
  buttons: readonly TemplateButton[],
  given: readonly GivenButton[],
  { index, value }: GivenButton,
  at: number,
): ValueFault | null {
  const path = `buttons[${at}]`;
  const button = buttons[index];
  if (button === undefined) return fault(`${path}.index`, `the template has no button ${index}`);
  const kind = valueKind(button);
  if (kind === null) return fault(`${path}.index`, `button ${index} takes no value`);
  if (given.findIndex((one) => one.index === index) < at) {
    return fault(`${path}.index`, `button ${index} is there twice`);
  }
  return checkLength(`${path}.value`, value, MOST[kind]);
}

/** What a value of this button is; null: it takes none. Only a quick reply's may be left out. */
function valueKind(button: TemplateButton): TemplateButtonValue["type"] | null {
  switch (button.type) {
    case "URL":
      return hasVariable(button.url) ? "url" : null;
    case "COPY_CODE":
      return "copy_code";
    case "QUICK_REPLY":
      return "quick_reply";
    case "PHONE_NUMBER":
      return null;
  }
}

function headerOf(components: readonly TemplateComponent[]): Header | undefined {
  return components.find((one) => one.type === "HEADER");
}

function checkLength(field: string, value: string, most: number): ValueFault | null {
  if (!/\S/.test(value)) return fault(field, "it is empty");
  if (value.length <= most) return null;
  return fault(field, `it has ${value.length} characters; WhatsApp takes at most ${most}`);
}

function fault(field: string, message: string): ValueFault {
  return { field, message };
}
