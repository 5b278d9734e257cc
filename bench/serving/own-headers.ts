/** Headers that Node.js adds. */
const addedHeaders = new Set(['connection', 'date', 'keep-alive']);

/** The headers that a server itself has set, as a flat list of names and values, which a bare server repeats. */
export function ownHeaders({ headers }: Response): string[] {
  return [...headers].filter(([name]) => !addedHeaders.has(name)).flat();
}
