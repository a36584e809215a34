import { readdirSync, readFileSync } from "node:fs";

/** Linux counts CPU time in hundredths of a second, whatever the kernel's own tick is. */
const MS_PER_TICK = 10;

interface ProcessTimes {
  parent: number;
  cpuMs: number;
}

/**
 * CPU milliseconds that a process and its living children have used, with what children that ended
 * left to them. Null where there is no /proc (macOS).
 */
export function cpuMs(pid: number): number | null {
  const all = readAll();
  if (all === null) return null;
  const family = new Set([pid]);
  for (let size = 0; size < family.size; ) {
    size = family.size;
    for (const [child, { parent }] of all) if (family.has(parent)) family.add(child);
  }
  return [...family].reduce((sum, member) => sum + (all.get(member)?.cpuMs ?? 0), 0);
}

function readAll(): Map<number, ProcessTimes> | null {
  try {
    const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    return new Map(pids.flatMap((pid) => read(pid)));
  } catch {
    return null;
  }
}

/** Field numbers as in proc(5): 4 parent, 14 to 17 user and system time, own and of ended children. */
function read(pid: string): [number, ProcessTimes][] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number);
    const [, parent = 0] = fields;
    const ticks = fields.slice(11, 15).reduce((sum, count) => sum + count, 0);
    return [[Number(pid), { parent, cpuMs: ticks * MS_PER_TICK }]];
  } catch {
    // It ended between the listing and now.
    return [];
  }
}
