/** Options of an LRU cache that keeps at most so many entries. lru-cache reserves memory for all entries of `max` at once. */
export function atMost(entries: number) {
  return { maxSize: entries, sizeCalculation: () => 1 };
}
