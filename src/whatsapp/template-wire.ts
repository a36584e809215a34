import { isJsonObject } from "../lib/json.ts";
import { elements, member, textOrNull } from "./fields.ts";
import {
  filledText,
  isNamed,
  type TemplateButton,
  type TemplateComponent,
  variableNames,
} from "./template.ts";

/** Longest sample that is kept; reviewers of Meta's read no more. */
const MAX_SAMPLE = 200;

/**
 * A template's parts as the Graph API takes them (whatsapp.md 9). `sampleHandle` names the uploaded sample
 * of a media header.
 */
export function toGraphComponents(
  components: readonly TemplateComponent[],
  sampleHandle: string | null,
): object[] {
  const named = isNamed(components);
  return components.map((one) => toGraphComponent(one, { named, sampleHandle }));
}

function toGraphComponent(
  one: TemplateComponent,
  { named, sampleHandle }: { named: boolean; sampleHandle: string | null },
): object {
  switch (one.type) {
    case "BODY":
      return { type: "BODY", text: one.text, ...bodyExample(one.text, one.samples ?? [], named) };
    case "HEADER":
      return one.format === "TEXT"
        ? {
            type: "HEADER",
            format: "TEXT",
            text: one.text,
            ...(one.sample !== undefined && headerExample(one.text, one.sample, named)),
          }
        : {
            type: "HEADER",
            format: one.format,
            ...(one.format !== "LOCATION" &&
              sampleHandle !== null && { example: { header_handle: [sampleHandle] } }),
          };
    case "FOOTER":
      return { type: "FOOTER", text: one.text };
    case "BUTTONS":
      return { type: "BUTTONS", buttons: one.buttons.map(toGraphButton) };
    case "OTHER":
      return one.meta;
  }
}

function bodyExample(text: string, samples: readonly string[], named: boolean): object {
  if (samples.length === 0) return {};
  return {
    example: named ? { body_text_named_params: pairs(text, samples) } : { body_text: [samples] },
  };
}

function headerExample(text: string, sample: string, named: boolean): object {
  return {
    example: named
      ? { header_text_named_params: pairs(text, [sample]) }
      : { header_text: [sample] },
  };
}

function pairs(text: string, samples: readonly string[]): object[] {
  return variableNames(text).map((param_name, at) => ({ param_name, example: samples[at] }));
}

function toGraphButton(button: TemplateButton): object {
  switch (button.type) {
    case "QUICK_REPLY":
      return { type: "QUICK_REPLY", text: button.text };
    case "URL": {
      const { text, url, sample } = button;
      const example =
        sample === undefined ? {} : { example: [filledText(url, new Map([["1", sample]]))] };
      return { type: "URL", text, url, ...example };
    }
    case "PHONE_NUMBER":
      return { type: "PHONE_NUMBER", text: button.text, phone_number: button.phoneNumber };
    case "COPY_CODE":
      return { type: "COPY_CODE", example: button.sample };
  }
}

/** Meta's parts in our spelling; what Leadline could not write is kept as OTHER, verbatim. */
export function fromGraphComponents(components: unknown): TemplateComponent[] {
  return elements(components).map(
    (one) => fromGraphComponent(one) ?? { type: "OTHER", meta: isJsonObject(one) ? one : {} },
  );
}

function fromGraphComponent(one: unknown): TemplateComponent | undefined {
  const text = textOrNull(member(one, "text"));
  const example = member(one, "example");
  switch (member(one, "type")) {
    case "BODY": {
      if (text === null || text.trim() === "") return undefined;
      const samples = bodySamples(example);
      return { type: "BODY", text, ...(samples.length > 0 && { samples }) };
    }
    case "HEADER":
      return fromGraphHeader(member(one, "format"), text, example);
    case "FOOTER":
      return text === null || text.trim() === "" ? undefined : { type: "FOOTER", text };
    case "BUTTONS": {
      const buttons = elements(member(one, "buttons")).map(fromGraphButton);
      const known = buttons.filter((button) => button !== undefined);
      return known.length === buttons.length && known.length > 0
        ? { type: "BUTTONS", buttons: known }
        : undefined;
    }
    default:
      return undefined;
  }
}

function fromGraphHeader(
  format: unknown,
  text: string | null,
  example: unknown,
): TemplateComponent | undefined {
  if (format === "IMAGE" || format === "VIDEO" || format === "DOCUMENT" || format === "LOCATION") {
    return { type: "HEADER", format };
  }
  if (format !== "TEXT" || text === null || text.trim() === "") return undefined;
  const given =
    elements(member(example, "header_text"))[0] ??
    member(elements(member(example, "header_text_named_params"))[0], "example");
  const sample = sampleOf(given);
  return { type: "HEADER", format: "TEXT", text, ...(sample !== undefined && { sample }) };
}

function bodySamples(example: unknown): string[] {
  const named = elements(member(example, "body_text_named_params"));
  const given =
    named.length > 0
      ? named.map((pair) => member(pair, "example"))
      : elements(elements(member(example, "body_text"))[0]);
  return given.flatMap((one) => sampleOf(one) ?? []).slice(0, 100);
}

function fromGraphButton(button: unknown): TemplateButton | undefined {
  const text = textOrNull(member(button, "text"));
  const type = member(button, "type");
  if (type === "COPY_CODE") {
    const example = member(button, "example");
    const sample = sampleOf(example) ?? sampleOf(elements(example)[0]);
    return sample === undefined ? undefined : { type, sample: sample.slice(0, 15) };
  }
  if (text === null || text.trim() === "") return undefined;
  if (type === "QUICK_REPLY") return { type, text };
  const phoneNumber = textOrNull(member(button, "phone_number"));
  if (type === "PHONE_NUMBER" && phoneNumber !== null) {
    return { type, text, phoneNumber: `+${phoneNumber.replace(/\D/g, "")}` };
  }
  const url = textOrNull(member(button, "url"));
  if (type !== "URL" || url === null || !/^https?:\/\/\S+$/.test(url)) return undefined;
  const example = textOrNull(elements(member(button, "example"))[0]);
  const sample = sampleOf(example?.replace(url.replace(/\{\{1\}\}$/, ""), ""));
  return { type, text, url, ...(url.endsWith("{{1}}") && sample !== undefined && { sample }) };
}

function sampleOf(value: unknown): string | undefined {
  const text = textOrNull(value)?.slice(0, MAX_SAMPLE);
  return text === undefined || text.trim() === "" ? undefined : text;
}
