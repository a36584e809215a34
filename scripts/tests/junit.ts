export interface TestCase {
  file: string;
  /** With its describe blocks. */
  name: string;
  durationMs: number;
  outcome: "passed" | "failed" | "skipped";
  /** Of a failed one, as far as the report tells. */
  why?: string;
}

const CASE = /<testcase\b([^>]*?)(\/>|>([\s\S]*?)<\/testcase>)/g;
const FAILURE = /<(?:failure|error)\b([^>]*?)(?:\/>|>([\s\S]*?)<\/(?:failure|error)>)/;
const ATTRIBUTE = /([\w-]+)="([^"]*)"/g;

/** The single tests of a report that `bun test --reporter=junit` wrote. */
export function parseJunit(xml: string): TestCase[] {
  return [...xml.matchAll(CASE)].map(([, attributes = "", , body = ""]) => {
    const read = readAttributes(attributes);
    const suite = read["classname"] ? `${read["classname"]} > ` : "";
    return {
      file: read["file"] ?? "",
      name: `${suite}${read["name"] ?? ""}`,
      durationMs: Number(read["time"] ?? 0) * 1000,
      outcome: outcomeOf(body),
      ...whyOf(body),
    };
  });
}

function outcomeOf(body: string): TestCase["outcome"] {
  if (/<(failure|error)\b/.test(body)) return "failed";
  return /<skipped\b/.test(body) ? "skipped" : "passed";
}

function whyOf(body: string): Pick<TestCase, "why"> {
  const [, attributes = "", text = ""] = FAILURE.exec(body) ?? [];
  const why = unescapeXml(text).trim() || readAttributes(attributes)["message"];
  return why ? { why } : {};
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&#10;": "\n",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
  "&amp;": "&",
};

function readAttributes(text: string): Record<string, string> {
  const pairs = [...text.matchAll(ATTRIBUTE)].map(([, key = "", value = ""]) => [
    key,
    unescapeXml(value),
  ]);
  return Object.fromEntries(pairs);
}

function unescapeXml(text: string): string {
  return text.replaceAll(/&(lt|gt|quot|apos|amp|#10);/g, (entity) => ENTITIES[entity] ?? entity);
}
