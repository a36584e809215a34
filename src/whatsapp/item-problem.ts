import { Value } from "@sinclair/typebox/value";
import { InboundItem, NoticeItem, ReceiptItem } from "./payload.ts";

const schemas = { inbound: InboundItem, receipts: ReceiptItem, notices: NoticeItem } as const;

/**
 * What keeps an entry's item from being handled: JSON pointer to the first field that is wrong, and
 * why. Undefined when nothing does, and for streams whose entries carry no item.
 */
export function itemProblem(
  stream: string,
  item: unknown,
): { path: string; reason: string } | undefined {
  if (stream !== "inbound" && stream !== "receipts" && stream !== "notices") return undefined;
  const schema = schemas[stream];
  if (Value.Check(schema, item)) return undefined;
  // Of a message or an echo: what is wrong with the one it says it is.
  const kind = typeof item === "object" && item !== null && "kind" in item ? item.kind : "";
  const meant = stream === "inbound" ? (kindOf(kind) ?? schema) : schema;
  const { path = "", message = "is of no known shape" } = Value.Errors(meant, item).First() ?? {};
  return { path, reason: message };
}

function kindOf(kind: unknown) {
  return InboundItem.anyOf.find(({ properties }) => properties.kind.const === kind);
}
