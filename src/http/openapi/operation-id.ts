const VERBS: Readonly<Record<string, string>> = {
  get: "get",
  post: "create",
  put: "replace",
  patch: "update",
  delete: "delete",
};

/**
 * A stable name for generated clients: `listLeads`, `getLead`, `createLead`, `mergeLead`,
 * `listConversationMessages`, `getWhatsappByKey`. `isList`: whether the answer is a page of rows.
 */
export function operationId(method: string, path: string, isList: boolean): string {
  const parts = path
    .replace(/^\/api\/v1\//, "/")
    .split("/")
    .filter(Boolean);
  const last = parts.at(-1) ?? "";
  const things = parts.flatMap((part, at) => {
    const before = parts[at - 1] ?? "";
    if (isParameter(part)) return isPlural(before) ? [] : ["by", part];
    return isParameter(parts[at + 1] ?? "") ? [singular(part)] : [part];
  });
  const verb = isList ? "list" : (VERBS[method] ?? method);
  if (method !== "post" || isParameter(last)) return camel([verb, ...things]);
  const others = things.slice(0, -1);
  if (isPlural(last)) return camel([verb, ...others, singular(last)]);
  // A verb of its own, on one thing: POST /leads/{id}/merge. Or on none: POST /auth/login.
  return isParameter(parts.at(-2) ?? "") ? camel([last, ...others]) : camel(things);
}

function isParameter(part: string): boolean {
  return part.startsWith("{");
}

function isPlural(noun: string): boolean {
  return singular(noun) !== noun;
}

function singular(noun: string): string {
  if (noun.endsWith("ies")) return `${noun.slice(0, -3)}y`;
  return /[^sui]s$/.test(noun) ? noun.slice(0, -1) : noun;
}

function camel(parts: readonly string[]): string {
  const words = parts.flatMap((part) => part.split(/[^A-Za-z0-9]+/)).filter(Boolean);
  return words
    .map((word, at) => (at === 0 ? word : `${word.charAt(0).toUpperCase()}${word.slice(1)}`))
    .join("");
}
