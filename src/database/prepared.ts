/**
 * Marks a statement that each connection parses and plans once, instead of each time; put it first. It is for frequent
 * statements that return no columns, or named ones: PostgreSQL refuses a prepared `select *` once a migration adds a column.
 */
export const prepared = '/* prepared */';

/** Names the marked statements of a pool: pg prepares what has a name. @returns undefined for any other statement */
export function createStatementNames(): (text: string) => string | undefined {
  const names = new Map<string, string>();
  return (text) => {
    if (!text.startsWith(prepared)) return undefined;
    const name = names.get(text) ?? `planlens_${names.size + 1}`;
    names.set(text, name);
    return name;
  };
}
