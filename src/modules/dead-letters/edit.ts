import { isDeepStrictEqual } from "node:util";
import { AppError } from "../../lib/errors.ts";
import { isJsonObject, tryParseJson } from "../../lib/json.ts";
import { HIDDEN, maskedName, maskedValue } from "./redact.ts";

/**
 * The entry that an operator corrected, with everything they left masked put back: they never saw it,
 * and need not. Fails with `invalid_input` for a mask that stands for nothing at its place, as in a
 * list that has grown or shrunk.
 */
export function withHiddenWords(original: Uint8Array, edited: unknown): unknown {
  const text = new TextDecoder().decode(original);
  return restore({ name: "", path: [] }, tryParseJson(text), edited);
}

interface Place {
  /** Of the field, or of the list that it is in. */
  name: string;
  path: readonly (string | number)[];
}

function restore(place: Place, original: unknown, edited: unknown): unknown {
  if (typeof edited === "string") return textOf(place, original, edited);
  if (Array.isArray(edited)) {
    const isSame = Array.isArray(original) && original.length === edited.length;
    return edited.map((inner, at) =>
      restore(within(place, at, place.name), isSame ? original[at] : undefined, inner),
    );
  }
  if (!isJsonObject(edited)) return edited;
  const was = isJsonObject(original) ? original : {};
  const byMask = new Map(Object.keys(was).map((key, at) => [maskedName(key, at), key]));
  return Object.fromEntries(
    Object.entries(edited).map(([shown, inner]) => {
      const key = byMask.get(shown) ?? shown;
      const inside = within(place, shown, key);
      if (!byMask.has(shown) && shown.includes(HIDDEN)) throw maskless(inside);
      return [key, restore(inside, was[key], inner)];
    }),
  );
}

function textOf(place: Place, original: unknown, edited: string): unknown {
  if (!edited.includes(HIDDEN)) return edited;
  const isMask = edited === maskedValue(place.name, original ?? null, place.path.length);
  if (isMask) return original;
  throw maskless(place);
}

function within({ path }: Place, step: string | number, name: string): Place {
  return { name, path: [...path, step] };
}

function maskless({ path }: Place): AppError {
  return new AppError(
    "invalid_input",
    `entry/${path.join("/")}: the mask stands for nothing here. Leave it where it was shown, or write the value.`,
  );
}
/** JSON pointers to what differs between two entries, as far as names may be shown. */
export function changedPaths(before: unknown, after: unknown, path = ""): string[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (!isJsonObject(before) || !isJsonObject(after)) return [path === "" ? "/" : path];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key, at) =>
    changedPaths(before[key], after[key], `${path}/${maskedName(key, at)}`),
  );
}
