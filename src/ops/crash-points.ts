import type { CrashPoint } from "../lib/crash-points.ts";

/**
 * Returns a function that kills this process, as hard as a power cut, at the steps that are listed.
 * Only fault tests list any: config refuses such a list in production.
 */
export function createCrashPoints(steps: readonly string[]): (step: CrashPoint) => void {
  if (steps.length === 0) return () => undefined;
  const listed = new Set(steps);
  return (step) => {
    if (listed.has(step)) process.kill(process.pid, "SIGKILL");
  };
}
