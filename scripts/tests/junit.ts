export interface TestCase {
  file: string;
  /** With its describe blocks. */
  name: string;
  durationMs: number;
  outcome: "passed" | "failed" | "skipped";
}

const CASE = /<testcase\b([^>]*?)(\/>|>([\s\S]*?)<\/testcase>)/g;
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
    };
  });
}

function outcomeOf(body: string): TestCase["outcome"] {
  if (/<(failure|error)\b/.test(body)) return "failed";
  return /<skipped\b/.test(body) ? "skipped" : "passed";
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&apos;": "'",
  "&amp;": "&",
};

function readAttributes(text: string): Record<string, string> {
  const pairs = [...text.matchAll(ATTRIBUTE)].map(([, key = "", value = ""]) => [
    key,
    value.replaceAll(/&(lt|gt|quot|apos|amp);/g, (entity) => ENTITIES[entity] ?? entity),
  ]);
  return Object.fromEntries(pairs);
}
