import type { Breakers } from "./breaker.ts";
import { messageOf } from "./errors.ts";
import type { Log } from "./ports.ts";
import type { Verdict } from "./retry.ts";

interface VerdictDeps {
  classify(error: unknown): Verdict;
  breakers: Breakers;
  log: Log;
}

/** What the owner's `classify` says; transient when it fails, or names what has no breaker here. */
export function verdictOn({ classify, breakers, log }: VerdictDeps, error: unknown): Verdict {
  try {
    const verdict = classify(error);
    if (verdict.class !== "dependency") return verdict;
    if (breakers.knows(verdict.dependency ?? "")) return verdict;
  } catch (failure) {
    log.error({ error: messageOf(failure) }, "classify failed");
  }
  return { class: "transient" };
}
