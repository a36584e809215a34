/** A map that forgets its oldest entry beyond `limit`: the simulator must not grow for ever. */
export function createBoundedMap<K, V>(limit: number): Map<K, V> {
  return new (class extends Map<K, V> {
    override set(key: K, value: V): this {
      super.set(key, value);
      if (this.size > limit) {
        const oldest = this.keys().next();
        if (!oldest.done) this.delete(oldest.value);
      }
      return this;
    }
  })();
}

/** Appends and drops the oldest beyond `limit`. */
export function pushBounded<T>(list: T[], item: T, limit: number): void {
  list.push(item);
  if (list.length > limit) list.splice(0, list.length - limit);
}
