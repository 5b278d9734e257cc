import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { listFiles, readText } from './support/project-files.ts';

const permissions = z.record(z.string(), z.enum(['read', 'write', 'none']));
const step = z.strictObject({
  name: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).default({}),
  env: z.record(z.string(), z.string()).optional(),
});
const job = z.strictObject({
  name: z.string(),
  if: z.string().optional(),
  needs: z.string().optional(),
  'runs-on': z.string(),
  'timeout-minutes': z.number(),
  permissions: permissions.optional(),
  strategy: z
    .strictObject({ 'fail-fast': z.boolean(), matrix: z.record(z.string(), z.array(z.unknown())) })
    .optional(),
  steps: z.array(step).nonempty(),
});
const workflow = z.strictObject({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions,
  concurrency: z.unknown().optional(),
  jobs: z.record(z.string(), job),
});

const files = listFiles('.github/workflows', '.yml');
const workflows = files.map((file) => ({
  file,
  text: readText(file),
  ...workflow.parse(parse(readText(file))),
}));
const jobs = workflows.flatMap(({ file, jobs: all }) =>
  Object.entries(all).map(([id, each]) => ({ id: `${file} ${id}`, ...each })),
);
const steps = jobs.flatMap(({ id, steps: all }) => all.map((each) => ({ id, ...each })));
const { scripts, engines }: { scripts: Record<string, string>; engines: { node: string } } = JSON.parse(
  readText('package.json'),
);

/** The scripts of package.json that a shell command runs. */
function findScripts(run: string): readonly string[] {
  const names = [...run.matchAll(/\bnpm (?:run (?:--silent )?(?<script>[\w:-]+)|(?<test>test)\b)/g)];
  return names.map(({ groups }) => groups?.script ?? groups?.test ?? '');
}

describe('the workflows', () => {
  it('are the checks of changes, CodeQL and the release', () => {
    expect(files.map((file) => file.replace(/^.*\//, ''))).toEqual(['ci.yml', 'codeql.yml', 'release.yml']);
  });

  it('may only read, except where CodeQL reports and a release is created', () => {
    for (const { file, permissions: granted } of workflows)
      expect(granted, file).toEqual({ contents: 'read' });
    const raised = jobs.filter((each) => each.permissions !== undefined);
    expect(raised.map(({ id, permissions: granted }) => [id, granted])).toEqual([
      ['.github/workflows/codeql.yml analyze', { contents: 'read', 'security-events': 'write' }],
      ['.github/workflows/release.yml release', { contents: 'write' }],
    ]);
  });

  it('pin each action to one commit and name its version', () => {
    const pins = workflows.flatMap(({ text }) => text.match(/(?<=uses: ).*$/gm) ?? []);
    const pinned = steps.filter(({ uses }) => uses !== undefined);
    expect(pins).toHaveLength(pinned.length);
    for (const pin of pins) expect(pin).toMatch(/^[\w.-]+\/[\w./-]+@[\da-f]{40} # v\d+\.\d+\.\d+$/);
    const repositories = pins.map((pin) => pin.split('/').slice(0, 2).join('/').replace(/@.*/, ''));
    const commits = new Set(pins.map((pin, index) => `${repositories[index]}${pin.replace(/^.*@/, '@')}`));
    expect(commits.size).toBe(new Set(repositories).size);
  });

  it('give no token to the code of a change', () => {
    for (const { file, on } of workflows) expect(Object.keys(on), file).not.toContain('pull_request_target');
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    expect(checkouts).toHaveLength(jobs.length);
    for (const { id, with: options } of checkouts) expect(options['persist-credentials'], id).toBe(false);
    const withToken = steps.filter(({ env = {} }) =>
      /github\.token|secrets\./.test(Object.values(env).join()),
    );
    expect(withToken.map(({ run }) => run?.split(' ').slice(0, 3).join(' '))).toEqual(['gh release create']);
  });

  it('pass values of an event to the shell as variables, never as code', () => {
    for (const { id, run } of steps) expect(run ?? '', id).not.toContain('${{');
  });

  it('install what the lock file names', () => {
    const commands = steps.flatMap(({ run = '' }) => run.match(/\bnpm (?:ci|install|i)\b.*/g) ?? []);
    expect(new Set(commands)).toEqual(new Set(['npm ci', 'npm ci --prefix .githooks']));
  });

  it('check out the history where a test builds the version before', () => {
    const building = new Set(
      steps.filter(({ run = '' }) => /test:(packages|all)$/.test(run)).map(({ id }) => id),
    );
    expect(building.size).toBe(3);
    const checkouts = steps.filter(
      ({ id, uses }) => building.has(id) && uses?.startsWith('actions/checkout@'),
    );
    expect(checkouts.map(({ with: options }) => options['fetch-depth'])).toEqual([0, 0, 0]);
  });

  it('run only scripts that package.json has', () => {
    const used = new Set(steps.flatMap(({ run = '' }) => findScripts(run)));
    expect(used.size).toBeGreaterThan(5);
    expect([...used].filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  it('refuse placeholders of the vendor, and test the package, before anything of a release is packed', () => {
    const release = steps.filter(({ id }) => id === '.github/workflows/release.yml release');
    const commands = release.map(({ run = '' }) => run);
    const check = commands.indexOf('npm run --silent manifest:check -- --release');
    expect(check).toBeGreaterThan(-1);
    const pack = commands.findIndex((run) => run.startsWith('npm pack'));
    expect(pack).toBeGreaterThan(check);
    expect(commands.indexOf('npm test')).toBeLessThan(pack);
    const releasing = jobs.find(({ id }) => id === '.github/workflows/release.yml release');
    expect(releasing?.needs).toBe('packages');
    // Apart from the job that may write, because these tests install packages that no lock file names.
    const testing = steps.filter(({ run }) => run === 'npm run test:packages').map(({ id }) => id);
    expect(testing).toContain('.github/workflows/release.yml packages');
    expect(testing).not.toContain('.github/workflows/release.yml release');
  });

  it('check a change by lint, types, unit, integration and browser tests, audit and bill of materials', () => {
    const ci = steps.filter(({ id }) => id.startsWith('.github/workflows/ci.yml'));
    const used = ci.flatMap(({ run = '' }) => findScripts(run));
    expect(used).toEqual(
      expect.arrayContaining([
        ...['lint', 'typecheck', 'test:unit', 'test:integration', 'test:browser', 'test:packages', 'sbom'],
      ]),
    );
    expect(ci.some(({ run }) => run?.startsWith('npm audit'))).toBe(true);
  });

  it('test on every supported major of Node.js, and develop on one of them', () => {
    const [majors = []] = jobs.flatMap(({ strategy }) =>
      strategy?.matrix.node ? [strategy.matrix.node] : [],
    );
    expect(majors).toEqual([22, 24, 26]);
    expect(engines.node).toMatch(new RegExp(`^>=${majors[0]}\\.`));
    expect(majors).toContain(Number(readText('.nvmrc')));
  });
});

describe('findScripts', () => {
  it('finds each script of a command', () => {
    expect(findScripts('npm run --silent a:b -- x > y\nnpm test\nnpm run c && npm ci')).toEqual([
      'a:b',
      'test',
      'c',
    ]);
  });
});
