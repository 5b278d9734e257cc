import { posix } from 'node:path';
import { textOf } from './project-files.ts';

/** One import of a file. `to` is a path from the root for our own files, else the package as named. */
export interface Import {
  readonly from: string;
  readonly to: string;
  readonly own: boolean;
  /** Gone at run time: `import type` or `export type`. */
  readonly typeOnly: boolean;
}

const statement =
  /^(?:import|export)\s+(?<type>type\s+)?[\w*$\s,]*(?:\{[^}]*\}\s*)?\bfrom\s+'(?<to>[^']+)'|^import\s+'(?<effects>[^']+)'/gm;
const call = /\b(?:import|require(?:\.resolve)?)\(\s*['`](?<to>[^'`$]+)/g;

/** What a file imports or re-exports, calls of `import()`, `require()` and `require.resolve()` among it. */
export function importsOf(file: string): Import[] {
  return importsIn(textOf(file), file);
}

/** The same of a text that stands at `file`. */
export function importsIn(text: string, file: string): Import[] {
  const statements = [...text.matchAll(statement)].map(({ groups }) =>
    importOf(file, groups?.to ?? groups?.effects ?? '', groups?.type !== undefined),
  );
  const calls = [...text.matchAll(call)].map(({ groups }) => importOf(file, groups?.to ?? '', false));
  return [...statements, ...calls];
}

function importOf(from: string, name: string, typeOnly: boolean): Import {
  const own = name.startsWith('.');
  return { from, to: own ? posix.join(posix.dirname(from), name) : name, own, typeOnly };
}

/** Circles in a graph of files, each as the files one meets on the way round; empty where there are none. */
export function circlesIn(edges: readonly Pick<Import, 'from' | 'to'>[]): string[][] {
  const next = new Map<string, string[]>();
  for (const { from, to } of edges) next.set(from, [...(next.get(from) ?? []), to]);
  const done = new Set<string>();
  const circles: string[][] = [];

  function context(file: string, way: readonly string[]): void {
    const seen = way.indexOf(file);
    if (seen >= 0) circles.push([...way.slice(seen), file]);
    if (seen >= 0 || done.has(file)) return;
    for (const other of next.get(file) ?? []) context(other, [...way, file]);
    done.add(file);
  }
  for (const file of next.keys()) context(file, []);
  return circles;
}
