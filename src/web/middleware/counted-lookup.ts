/**
 * Looks up what a client names. Looking it up in the database is counted before, because it must be limited, and taken back
 * if it is there.
 * @param lookUp calls its argument before it reads the database; null or false is what is not there
 * @throws what `count` and `lookUp` throw
 */
export async function countedLookup<T>(
  lookUp: (beforeRead: () => void) => Promise<T>,
  { count, uncount }: { readonly count: () => void; readonly uncount: () => void },
): Promise<T> {
  let isCounted = false;
  const found = await lookUp(() => {
    count();
    isCounted = true;
  });
  if (isCounted && found) uncount();
  return found;
}
