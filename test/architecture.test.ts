import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { filesUnder, textOf } from './support/project-files.ts';
import { findCycles, type Import, parseImports, readImports } from './support/source-imports.ts';

const sources = filesUnder('src', '.ts');
const data = filesUnder('src', '.json');
const imports = sources.flatMap(readImports);
const dependencies = z.record(z.string(), z.string());
const manifest = z
  .object({ dependencies, optionalDependencies: dependencies })
  .parse(JSON.parse(textOf('package.json')));

const within = (folder: string) => (file: string) => file.startsWith(`${folder}/`);
const said = ({ from, to, typeOnly }: Import) => `${from} imports ${typeOnly ? 'types of ' : ''}${to}`;

/** What the files of a folder import of our own that the rule does not allow, one sentence each. */
function forbidden(folder: string, allowed: (each: Import) => boolean): string[] {
  const own = imports.filter((each) => each.own && within(folder)(each.from));
  expect(own.length).toBeGreaterThan(0);
  return own.filter((each) => !within(folder)(each.to) && !allowed(each)).map(said);
}

const typesOfPlans = ({ to, typeOnly }: Import) => typeOnly && within('src/licensing')(to);
const errors = ({ to }: Import) => to === 'src/errors.ts';

describe('module dependencies', () => {
  it('licensing imports nothing but itself, neither packages nor Node modules', () => {
    const packages = imports.filter(({ from, own }) => within('src/licensing')(from) && !own);
    expect([...forbidden('src/licensing', () => false), ...packages.map(said)]).toEqual([]);
  });

  it('superoffice imports only itself, types of licensing and errors', () => {
    expect(forbidden('src/superoffice', (each) => typesOfPlans(each) || errors(each))).toEqual([]);
  });

  it('tenants imports only itself, types of licensing and errors', () => {
    expect(forbidden('src/tenants', (each) => typesOfPlans(each) || errors(each))).toEqual([]);
  });

  it('web imports only itself, superoffice, tenants, licensing and errors', () => {
    const folders = ['src/superoffice', 'src/tenants', 'src/licensing'].map(within);
    const allowed = (each: Import) => errors(each) || folders.some((inFolder) => inFolder(each.to));
    expect(forbidden('src/web', allowed)).toEqual([]);
  });

  it('lifecycle imports only itself, superoffice, tenants, licensing and errors', () => {
    const folders = ['src/superoffice', 'src/tenants', 'src/licensing'].map(within);
    const allowed = (each: Import) => errors(each) || folders.some((inFolder) => inFolder(each.to));
    expect(forbidden('src/lifecycle', allowed)).toEqual([]);
  });

  it('doctor imports only itself, superoffice, tenants and errors', () => {
    const folders = ['src/superoffice', 'src/tenants'].map(within);
    const allowed = (each: Import) => errors(each) || folders.some((inFolder) => inFolder(each.to));
    expect(forbidden('src/doctor', allowed)).toEqual([]);
  });

  it('load-assumptions imports only licensing types, lists, names and the shipped assumptions', () => {
    const own = imports.filter(({ from, own }) => own && from === 'src/config/load-assumptions.ts');
    const files = own.filter((each) => !typesOfPlans(each)).map(({ to }) => to);
    const lists = ['add-ons', 'catalogue', 'feature-keys', 'suite-limits', 'suite-plans'];
    const allowed = [...lists, 'module-names'].map((name) => `src/licensing/${name}.ts`);
    expect(files.sort()).toEqual([...allowed, 'src/licensing/entitlements/assumptions.json'].sort());
  });

  it('only config.ts imports load-assumptions.ts', () => {
    expect(
      imports.filter(({ to }) => to === 'src/config/load-assumptions.ts').map(({ from }) => from),
    ).toEqual(['src/config/config.ts']);
  });

  it('errors imports nothing', () => {
    expect(imports.filter(({ from }) => from === 'src/errors.ts').map(said)).toEqual([]);
  });

  it('src contains only these folders and files, each covered by a rule', () => {
    const parts = new Set(sources.map((file) => file.split('/')[1]));
    expect([...parts].sort()).toEqual(
      [
        ...[
          'app.ts',
          'assumptions.ts',
          'config.ts',
          'configured-database.ts',
          'errors.ts',
          'license-readers.ts',
          'metrics.ts',
          'operate.ts',
          'server.ts',
          'services.ts',
        ],
        'doctor',
        'lifecycle',
        'plans',
        'superoffice',
        'tenants',
        'web',
      ].sort(),
    );
  });

  it('no file imports server.ts, which starts the server when imported', () => {
    const all = [
      ...imports,
      ...[...filesUnder('sandbox', '.ts'), ...filesUnder('test', '.ts')].flatMap(readImports),
    ];
    expect(all.filter(({ to }) => to === 'src/server.ts').map(said)).toEqual([]);
  });

  it('src imports only files in src, and every imported file exists', () => {
    const outside = imports.filter(({ own, to }) => own && ![...sources, ...data].includes(to));
    expect(outside.map(said)).toEqual([]);
  });

  it('every data file in src is JSON and is imported by a source file', () => {
    const unused = data.filter((file) => !imports.some(({ to }) => to === file));
    expect([data.length > 0, unused]).toEqual([true, []]);
    expect(filesUnder('src', '').filter((file) => !/\.(ts|json)$/.test(file))).toEqual([]);
  });

  it('sandbox imports nothing from src', () => {
    const taken = filesUnder('sandbox', '.ts').flatMap(readImports);
    expect(taken.length).toBeGreaterThan(10);
    expect(taken.filter(({ to }) => within('src')(to)).map(said)).toEqual([]);
  });

  it('src imports only production dependencies and uses every one of them', () => {
    const packages = imports.filter(({ own, to }) => !own && !to.startsWith('node:'));
    const installed = { ...manifest.dependencies, ...manifest.optionalDependencies };
    const nameOf = (to: string) => to.split('/', to.startsWith('@') ? 2 : 1).join('/');
    expect(packages.filter(({ to }) => !(nameOf(to) in installed)).map(said)).toEqual([]);
    const used = new Set(packages.map(({ to }) => nameOf(to)));
    expect(Object.keys(manifest.dependencies).filter((name) => !used.has(name))).toEqual([]);
  });

  it('imports form no cycle, type imports included', () => {
    expect(findCycles(imports.filter(({ own }) => own)).map((circle) => circle.join(' → '))).toEqual([]);
  });
});

describe('source text', () => {
  /** Files of src whose text has it, comments included. */
  const having = (pattern: RegExp) => sources.filter((file) => pattern.test(textOf(file)));

  it('only config.ts reads the environment', () => {
    expect(having(/process\.env\b|process\[/)).toEqual(['src/config/config.ts']);
  });

  it('licensing is synchronous and reads neither a clock nor random numbers', () => {
    const restless = having(/\basync\b|\bawait\b|\bPromise\b|new Date|Date\.now|Math\.random/);
    expect(restless.filter(within('src/licensing'))).toEqual([]);
  });

  it('no file has a default export', () => {
    expect(having(/^export default\b|\bas default\b/m)).toEqual([]);
  });

  it('no linter or compiler rule is disabled', () => {
    expect(having(/biome-ignore|@ts-(ignore|expect-error|nocheck)|\bas any\b/)).toEqual([]);
  });

  it('file names are kebab-case', () => {
    const kebab = /^src(\/[a-z0-9]+(-[a-z0-9]+)*)+\.(ts|json)$/;
    const wrong = [...sources, ...data].filter((file) => !kebab.test(file));
    expect(wrong).toEqual([]);
  });

  it('the tests have at least 1.2 lines for each line of source', () => {
    const lines = (files: readonly string[]) =>
      files.reduce((sum, file) => sum + textOf(file).split('\n').length - 1, 0);
    const [source, test] = [lines(sources), lines(filesUnder('test', '.ts'))];
    expect(test / source, `${test} lines of test, ${source} of source`).toBeGreaterThanOrEqual(1.2);
  });
});

describe('import analysis behind these rules', () => {
  it('finds every form of import', () => {
    const text = [
      "import { a } from './a.ts';",
      "import type { B } from '../plans/b.ts';",
      "import {\n  c,\n  type D,\n} from './deep/c.ts';",
      "import './effects.ts';",
      "import * as e from 'e';",
      "export { f } from './f.ts';",
      "export type { G } from './g.ts';",
      "const h = await import('./h.ts');",
      "const i = createRequire(import.meta.url)('i'); require('j');",
      "export const k = 'from ./k.ts';",
      "// a comment from './l.ts'",
    ].join('\n');
    expect(
      parseImports(text, 'src/web/x.ts').map(({ to, typeOnly }) => `${to}${typeOnly ? ' type' : ''}`),
    ).toEqual([
      'src/web/a.ts',
      'src/licensing/b.ts type',
      'src/web/deep/c.ts',
      'src/web/effects.ts',
      'e',
      'src/web/f.ts',
      'src/web/g.ts type',
      'src/web/h.ts',
      'j',
    ]);
  });

  it('finds every import cycle and nothing else', () => {
    const edge = (from: string, to: string) => ({ from, to });
    expect(findCycles([edge('a', 'b'), edge('b', 'c'), edge('a', 'c')])).toEqual([]);
    expect(findCycles([edge('a', 'b'), edge('b', 'c'), edge('c', 'b')])).toEqual([['b', 'c', 'b']]);
    expect(findCycles([edge('a', 'a')])).toEqual([['a', 'a']]);
  });
});
