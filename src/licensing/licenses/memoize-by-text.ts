/** Limits memory: the plans of all tenants have a few hundred texts. */
const maxTexts = 1_000;

/** Memoizes what is found in a text of license data, which nobody may change. */
export function memoizeByText<T>(find: (text: string) => T): (text: string) => T {
  const cache = new Map<string, T>();
  return (text) => {
    const known = cache.get(text);
    if (known !== undefined) return known;
    const found = find(text);
    if (cache.size === maxTexts) cache.clear();
    cache.set(text, found);
    return found;
  };
}
