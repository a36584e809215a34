/**
 * Named steps at which a fault test wants this process dead. Returns a function that kills it, as hard
 * as a power cut, when the step is listed; config refuses such a list in production.
 */
export function createCrashPoints(steps: readonly string[]): (step: string) => void {
  if (steps.length === 0) return () => undefined;
  const listed = new Set(steps);
  return (step) => {
    if (listed.has(step)) process.kill(process.pid, "SIGKILL");
  };
}
