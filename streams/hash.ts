/** FNV-1a, 32 bit: spreads ids over partitions and jitter over entries. Not for secrets. */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash ^= text.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}

/** The partition an organization's work lives in, for good: changing the count reorders work. */
export function partitionOf(organizationId: string, partitions: number): number {
  return hash32(organizationId) % partitions;
}
