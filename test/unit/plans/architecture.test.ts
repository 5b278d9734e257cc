import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const folder = new URL('../../../src/plans/', import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith('.ts'));

function importsOf(file: string): readonly string[] {
  const source = readFileSync(new URL(file, folder), 'utf8');
  return [...source.matchAll(/from '([^']+)'/g)].map((match) => match[1] ?? '');
}

function reachableFrom(entries: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const each of importsOf(file)) visit(each.replace('./', ''));
  };
  for (const entry of entries) visit(entry);
  return seen;
}

describe('the domain', () => {
  it('imports nothing but itself', () => {
    const foreign = files.flatMap((file) =>
      importsOf(file).filter((each) => !/^\.\/[a-z-]+\.ts$/.test(each)),
    );
    expect(foreign).toEqual([]);
  });

  it('has no module that neither the report nor its labels need', () => {
    const needed = reachableFrom(['plan-report.ts', 'labels.ts']);
    expect(files.filter((file) => !needed.has(file))).toEqual([]);
  });

  it('is synchronous and asks no clock', () => {
    const source = files.map((file) => readFileSync(new URL(file, folder), 'utf8')).join('\n');
    expect(source).not.toMatch(/\basync\b|\bawait\b|\bPromise\b|new Date|Date\.now|Math\.random/);
  });
});
