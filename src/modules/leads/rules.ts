import { AppError } from "../../lib/errors.ts";
import { type Lead, MAX_FIELD_NAME_LENGTH, MAX_FIELDS, MAX_TAGS } from "./model.ts";

/** As they are kept: without blanks around them, each once, in the order given. */
export function cleanTags(tags: readonly string[]): string[] {
  return [...new Set(tags.map((tag) => tag.trim()))];
}

/** Fails with `invalid_input` when there would be too many. */
export function changedTags(
  tags: readonly string[],
  { add = [], remove = [] }: { add?: readonly string[]; remove?: readonly string[] },
): string[] {
  const gone = cleanTags(remove);
  const wanted = cleanTags([...tags.filter((tag) => !gone.includes(tag)), ...add]);
  if (wanted.length > Math.max(MAX_TAGS, tags.length)) {
    throw new AppError("invalid_input", `A lead has at most ${MAX_TAGS} tags.`);
  }
  return wanted;
}

type Fields = Lead["fields"];

/** Each named field changed; null removes it. Fails with `invalid_input` when names or number do not fit. */
export function changedFields(
  fields: Fields,
  edit: Readonly<Record<string, Fields[string] | null>>,
): Fields {
  const wanted = new Map<string, Fields[string]>(Object.entries(fields));
  for (const [name, value] of Object.entries(edit)) {
    if (name === "" || name.length > MAX_FIELD_NAME_LENGTH) {
      throw new AppError(
        "invalid_input",
        `fields: a name has 1 to ${MAX_FIELD_NAME_LENGTH} characters.`,
      );
    }
    if (value === null) wanted.delete(name);
    else wanted.set(name, value);
  }
  if (wanted.size > Math.max(MAX_FIELDS, Object.keys(fields).length)) {
    throw new AppError("invalid_input", `A lead has at most ${MAX_FIELDS} fields.`);
  }
  return Object.fromEntries(wanted);
}
