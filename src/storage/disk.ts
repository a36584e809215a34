import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { MediaStore } from "./store.ts";

/** Files in a folder of this machine. What is half written lies in `incoming`, on the same disk. */
export function createDiskStore(dir: string): MediaStore {
  const pathOf = (key: string) => join(dir, "kept", key);
  return {
    incomingDir: async () => {
      const incoming = join(dir, "incoming");
      await mkdir(incoming, { recursive: true, mode: 0o700 });
      return incoming;
    },
    put: async (key, path) => {
      try {
        const target = pathOf(key);
        await mkdir(dirname(target), { recursive: true, mode: 0o700 });
        await sync(path);
        await rename(path, target);
        // Without this a crash of the machine may forget the name.
        await sync(dirname(target));
      } finally {
        await rm(path, { force: true });
      }
    },
    get: async (key, range) => {
      const file = Bun.file(pathOf(key));
      if (!(await file.exists())) return null;
      return (range ? file.slice(range.from, range.to + 1) : file).stream();
    },
    delete: async (key) => {
      await rm(pathOf(key), { force: true });
    },
    exists: async (key) => await Bun.file(pathOf(key)).exists(),
  };
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
