import type {
  Media,
  OutboundContent,
  TemplateButtonValue,
  TemplateHeaderValue,
} from "./message.ts";

type Template = Extract<OutboundContent, { type: "template" }>;
/** A file as the Graph API names it. */
type ToGraph = (media: Media) => { id: string } | { link: string };

/** The `template` of a send (whatsapp.md 9): each part that has values, and no other. */
export function graphTemplate(content: Template, toGraph: ToGraph): object {
  const { name, language, variables, names, header, buttons = [] } = content;
  const parameters = variables.map((text, at) => ({
    type: "text",
    ...(names && { parameter_name: names[at] }),
    text,
  }));
  const components = [
    ...(header ? [{ type: "header", parameters: [headerParameter(header, toGraph)] }] : []),
    ...(parameters.length > 0 ? [{ type: "body", parameters }] : []),
    ...buttons.map(button),
  ];
  return {
    name,
    language: { code: language },
    ...(components.length > 0 && { components }),
  };
}

function headerParameter(header: TemplateHeaderValue, toGraph: ToGraph): object {
  switch (header.type) {
    case "text": {
      const { type, text, name } = header;
      return { type, ...(name !== undefined && { parameter_name: name }), text };
    }
    case "image":
    case "video":
      return { type: header.type, [header.type]: toGraph(header.media) };
    case "document": {
      const { type, media, filename } = header;
      return { type, document: { ...toGraph(media), ...(filename !== undefined && { filename }) } };
    }
    case "location": {
      const { type, ...location } = header;
      return { type, location };
    }
  }
}

const PARAMETERS = {
  url: (text: string) => ({ type: "text", text }),
  copy_code: (code: string) => ({ type: "coupon_code", coupon_code: code }),
  quick_reply: (payload: string) => ({ type: "payload", payload }),
} as const;

function button({ index, type, value }: TemplateButtonValue): object {
  const parameters = [PARAMETERS[type](value)];
  return { type: "button", sub_type: type, index: String(index), parameters };
}
