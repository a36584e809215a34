/** Some facts of some fifty organizations; a text takes a few kilobytes. */
const MAX_REMEMBERED = 5_000;

/**
 * A pure function that keeps what it found for the latest texts: the same facts are read for every
 * draft of an organization.
 */
export function remembered<In, Out>(
  keyOf: (input: In) => string,
  work: (input: In) => Out,
): (input: In) => Out {
  const known = new Map<string, Out>();
  return (input) => {
    const key = keyOf(input);
    const before = known.get(key);
    if (before !== undefined) return before;
    const result = work(input);
    const [oldest] = known.keys();
    if (known.size >= MAX_REMEMBERED && oldest !== undefined) known.delete(oldest);
    known.set(key, result);
    return result;
  };
}
