import { opendir, rm, stat } from "node:fs/promises";
import { join } from "node:path";

/** Far above the longest fetch: nobody living is writing what is older. */
const LEFT_BEHIND_AFTER_MS = 60 * 60_000;

/** So many are looked at in one go; the next takes the rest. */
const MAX_LOOKED_AT = 1_000;

/**
 * Removes what processes that died have left half written in `dir`, by age, because other processes may
 * be writing there now. Answers with how many it removed.
 */
export async function removeLeftBehind(dir: string, nowMs: number): Promise<number> {
  let lookedAt = 0;
  let removed = 0;
  for await (const { name } of await opendir(dir)) {
    lookedAt += 1;
    if (lookedAt > MAX_LOOKED_AT) break;
    const path = join(dir, name);
    // Gone meanwhile: whoever wrote it has put it into the store.
    const found = await stat(path).catch(() => null);
    if (!found?.isFile() || nowMs - found.mtimeMs < LEFT_BEHIND_AFTER_MS) continue;
    await rm(path, { force: true });
    removed += 1;
  }
  return removed;
}
