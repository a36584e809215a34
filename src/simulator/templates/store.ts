import { createBoundedMap } from "../bounded.ts";

/** A template as the simulated Meta keeps it, in the Graph API's own shape. */
export interface StoredTemplate {
  id: string;
  wabaId: string;
  name: string;
  language: string;
  category: string;
  parameterFormat: "POSITIONAL" | "NAMED";
  components: readonly unknown[];
  status: string;
  quality: string;
  rejectedReason: string;
  /** When it was edited while approved, business time in epoch milliseconds. */
  editedAtMs: number[];
}

/** A template that is there from the start; `id` is made where there is none. */
export type KnownTemplate = Pick<
  StoredTemplate,
  "wabaId" | "name" | "language" | "category" | "components" | "status"
> & { id?: string };

export interface TemplateStore {
  ofAccount(wabaId: string): StoredTemplate[];
  byId(id: string): StoredTemplate | undefined;
  find(wabaId: string, name: string, language: string): StoredTemplate | undefined;
  add(template: Omit<StoredTemplate, "id">): StoredTemplate;
  remove(id: string): void;
  /** When the account's templates were created, and under which name and when some were deleted. */
  createdAtMs(wabaId: string): number[];
  deletedAtMs: Map<string, number>;
  /** Samples that are being uploaded, by session, with their length; finished ones by their handle. */
  uploads: Map<string, number>;
  handles: Map<string, number>;
  reset(): void;
}

/** Above what Meta allows an account, so that the limit itself can be met. */
const MAX_TEMPLATES = 10_000;

export function createTemplateStore(known: readonly KnownTemplate[]): TemplateStore {
  const templates = createBoundedMap<string, StoredTemplate>(MAX_TEMPLATES);
  const created = new Map<string, number[]>();
  const deletedAtMs = createBoundedMap<string, number>(MAX_TEMPLATES);
  const uploads = createBoundedMap<string, number>(MAX_TEMPLATES);
  const handles = createBoundedMap<string, number>(MAX_TEMPLATES);
  let last = 0;

  function put(id: string, template: Omit<StoredTemplate, "id">): StoredTemplate {
    const stored = { ...template, id };
    templates.set(id, stored);
    return stored;
  }
  function nextId(): string {
    do last += 1;
    while (templates.has(idAt(last)));
    return idAt(last);
  }
  function reset(): void {
    templates.clear();
    created.clear();
    deletedAtMs.clear();
    uploads.clear();
    handles.clear();
    last = 0;
    // Those that have an id first: the others are given what is left.
    for (const { id, ...template } of known.toSorted((a, b) => Number(!a.id) - Number(!b.id))) {
      const parameterFormat = JSON.stringify(template.components).match(/\{\{[a-z]/)
        ? "NAMED"
        : "POSITIONAL";
      const rest = { quality: "GREEN", rejectedReason: "NONE", editedAtMs: [] };
      put(id ?? nextId(), { ...template, parameterFormat, ...rest });
    }
  }
  reset();
  return {
    ofAccount: (wabaId) => [...templates.values()].filter((one) => one.wabaId === wabaId),
    byId: (id) => templates.get(id),
    find: (wabaId, name, language) =>
      [...templates.values()].find(
        (one) => one.wabaId === wabaId && one.name === name && one.language === language,
      ),
    add: (template) => put(nextId(), template),
    remove: (id) => void templates.delete(id),
    createdAtMs(wabaId) {
      const times = created.get(wabaId) ?? [];
      created.set(wabaId, times);
      return times;
    },
    deletedAtMs,
    uploads,
    handles,
    reset,
  };
}

function idAt(no: number): string {
  return String(900_000_000_000_000 + no);
}
