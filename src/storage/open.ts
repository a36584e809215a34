import type { MediaAddress } from "./address.ts";
import { createDiskStore } from "./disk.ts";
import { createS3Store } from "./s3.ts";
import type { MediaStore } from "./store.ts";

/** The store at an address. */
export function openStore(address: MediaAddress): MediaStore {
  return address.kind === "disk" ? createDiskStore(address.dir) : createS3Store(address);
}
