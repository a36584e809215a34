import type { ToolResult } from "../turn.ts";
import { type Here, instantKeys, isKnown } from "./known-times.ts";
import type { TimeMention } from "./times.ts";

/** The instants that a tool of this turn said are free, or booked. ISO 8601. */
export function instantsOf(results: readonly ToolResult[]): readonly string[] {
  return results.flatMap((result) => {
    if (result.tool === "free_times") return result.times;
    if (result.tool === "book" && result.startsAt !== null) return [result.startsAt];
    return [];
  });
}

/** The days and clocks of a sentence that belong together: "Tuesday at 3", "at 3 on Tuesday". */
function appointments(mentions: readonly TimeMention[]): readonly (readonly TimeMention[])[] {
  const clocks = mentions.filter(({ kind }) => kind === "clock");
  const days = mentions.filter(({ kind }) => kind !== "clock" && kind !== "duration");
  if (clocks.length === 0) return days.map((day) => [day]);
  const timed = clocks.map((clock) => {
    const before = days.filter((day) => day.startsAt < clock.startsAt);
    const day = before.at(-1) ?? days[0];
    // "Tuesday 4 August" is one day in two words.
    const same = day ? days.filter((other) => Math.abs(other.startsAt - day.startsAt) < 20) : [];
    return [...same, clock];
  });
  const used = new Set(timed.flat());
  return [...timed, ...days.filter((day) => !used.has(day)).map((day) => [day])];
}

/** Those of a sentence's appointments that no instant of the diary matches as a whole. */
export function notInDiary(
  mentions: readonly TimeMention[],
  instants: readonly string[],
  here: Here,
): readonly TimeMention[] {
  const slots = instants.map((instant) => instantKeys([instant], here));
  return appointments(mentions)
    .filter((parts) => !slots.some((slot) => parts.every((part) => isKnown(part, slot, here))))
    .flat();
}
