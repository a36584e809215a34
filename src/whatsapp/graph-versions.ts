/** Until when Meta serves each version (whatsapp.md 11); null: it has not said. */
const usableUntil: ReadonlyMap<number, string | null> = new Map([
  [20, "2026-09-24"],
  [21, "2027-01-21"],
  [22, "2027-05-20"],
  [23, "2027-10-08"],
  [24, "2028-02-18"],
  [25, "2028-07-29"],
  [26, null],
]);

/** So long before its end a version is to be left. */
const LEAVE_BEFORE_MS = 90 * 24 * 60 * 60 * 1_000;

/** To be moved to when another one ends. */
export const SUGGESTED_VERSION = "v25.0";

export type VersionVerdict =
  | { state: "ok"; until: string | null }
  | { state: "ending"; until: string }
  /** Calls to it are silently served by the oldest living one, whose answers differ. */
  | { state: "ended" };

/** How long `version` (`v25.0`) is good; one newer than those we know is. */
export function judgeVersion(version: string, now: Date): VersionVerdict {
  const major = Number(/^v(\d+)/.exec(version)?.[1]);
  const until = usableUntil.get(major);
  if (until === undefined) {
    return major > Math.max(...usableUntil.keys())
      ? { state: "ok", until: null }
      : { state: "ended" };
  }
  if (until === null) return { state: "ok", until };
  const leftMs = Date.parse(until) - now.getTime();
  if (leftMs <= 0) return { state: "ended" };
  return { state: leftMs < LEAVE_BEFORE_MS ? "ending" : "ok", until };
}
