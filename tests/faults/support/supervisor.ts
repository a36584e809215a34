import type { Role } from "../../../src/config-variable.ts";
import { sleep } from "../../../src/lib/sleep.ts";
import type { LeadlineProcess } from "../../support/processes.ts";
import type { AnyStack } from "./stack.ts";

export type Supervisor = ReturnType<typeof supervise>;

interface Slot {
  name: string;
  role: Role;
  env: Readonly<Record<string, string>>;
}

/** So that a process that cannot start does not take the whole machine. */
const AFTER_SELF_EXIT_MS = 500;

/** Keeps one process running in each slot, as a service manager does: what dies is started again. */
export function supervise(stack: AnyStack, slots: readonly Slot[]) {
  const running = new Map<string, LeadlineProcess>();
  const endedBySelf: string[] = [];
  let isOver = false;

  async function keep({ name, role, env }: Slot): Promise<void> {
    while (!isOver) {
      const started = await stack.launch(role, env);
      running.set(name, started);
      const code = await started.exited;
      running.delete(name);
      if (isOver || code === null) continue;
      endedBySelf.push(`${name} ended with ${code}:\n${started.output().slice(-2_000)}`);
      await sleep(AFTER_SELF_EXIT_MS);
    }
  }
  const kept = slots.map(keep);

  return {
    /** The process in a slot; undefined in the moment between two. */
    of: (slot: string) => running.get(slot),
    /** Ends that nobody caused, with what was printed last. */
    endedBySelf,
    ready: async () => {
      for (const { name } of slots) await running.get(name)?.ready(30_000);
    },
    stop: async () => {
      isOver = true;
      for (const one of running.values()) one.kill("SIGKILL");
      await Promise.all(kept);
    },
  };
}
