/** A vendor that invents codes must not be able to fill our memory with time series. */
const MAX_VALUES_PER_LABEL = 60;
const PLAIN_VALUE = /^[\w.:@/-]{1,64}$/;

/** Keeps the values of each label few and plain; whatever is beyond that counts as `other`. */
export function boundedLabels(): (labels: Record<string, string>) => Record<string, string> {
  const seen = new Map<string, Set<string>>();
  const bound = (label: string, value: string): string => {
    const values = seen.get(label) ?? new Set<string>();
    seen.set(label, values);
    if (values.has(value)) return value;
    if (values.size >= MAX_VALUES_PER_LABEL || !PLAIN_VALUE.test(value)) return "other";
    values.add(value);
    return value;
  };
  return (labels) =>
    Object.fromEntries(
      Object.entries(labels).map(([label, value]) => [label, bound(label, value)]),
    );
}
