import { newId } from "../lib/ids.ts";

/** A message id that looks like Meta's: opaque, base64 with its `=`, unique across restarts. */
export function newWamid(addressee: string): string {
  return `wamid.${Buffer.from(`HBgL${addressee}FQIAERgS${newId()}`).toString("base64")}`;
}
