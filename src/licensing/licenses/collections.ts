/** Returns the distinct names, sorted by code unit. */
export function sortedUnique(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}

/** Groups items by a key. The groups are sorted by key; items keep their order. */
export function groupBy<T>(
  items: readonly T[],
  getKey: (item: T) => string,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = getKey(item);
    const group = groups.get(key) ?? [];
    group.push(item);
    groups.set(key, group);
  }
  return new Map([...groups.entries()].sort(([a], [b]) => (a < b ? -1 : 1)));
}
