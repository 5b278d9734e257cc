import { posix } from 'node:path';
import { textOf } from './project-files.ts';

/** An import. `to` is a path from the root for files of the repository, else the package name. */
export interface Import {
  readonly from: string;
  readonly to: string;
  readonly own: boolean;
  /** True for `import type` and `export type`, which do not exist at run time. */
  readonly typeOnly: boolean;
}

const statement =
  /^(?:import|export)\s+(?<type>type\s+)?[\w*$\s,]*(?:\{[^}]*\}\s*)?\bfrom\s+'(?<to>[^']+)'|^import\s+'(?<effects>[^']+)'/gm;
const call = /\b(?:import|require(?:\.resolve)?)\(\s*['`](?<to>[^'`$]+)/g;

/** Reads the imports and re-exports of a file, including `import()`, `require()` and `require.resolve()`. */
export function readImports(file: string): Import[] {
  return parseImports(textOf(file), file);
}

/** Parses the imports of a source text; relative paths are resolved from `file`. */
export function parseImports(text: string, file: string): Import[] {
  const statements = [...text.matchAll(statement)].map(({ groups }) =>
    createImport(file, groups?.to ?? groups?.effects ?? '', groups?.type !== undefined),
  );
  const calls = [...text.matchAll(call)].map(({ groups }) => createImport(file, groups?.to ?? '', false));
  return [...statements, ...calls];
}

function createImport(from: string, name: string, typeOnly: boolean): Import {
  const own = name.startsWith('.');
  return { from, to: own ? posix.join(posix.dirname(from), name) : name, own, typeOnly };
}

/** Finds the cycles in an import graph, each as a path that ends with its first file. */
export function findCycles(edges: readonly Pick<Import, 'from' | 'to'>[]): string[][] {
  const next = new Map<string, string[]>();
  for (const { from, to } of edges) next.set(from, [...(next.get(from) ?? []), to]);
  const done = new Set<string>();
  const cycles: string[][] = [];

  function visit(file: string, path: readonly string[]): void {
    const seen = path.indexOf(file);
    if (seen >= 0) cycles.push([...path.slice(seen), file]);
    if (seen >= 0 || done.has(file)) return;
    for (const other of next.get(file) ?? []) visit(other, [...path, file]);
    done.add(file);
  }
  for (const file of next.keys()) visit(file, []);
  return cycles;
}
