import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { listFiles, readText, root } from './support/project-files.ts';

/** Imports that `biome.layers.json` must reject: the importing file, and what it imports. */
const forbidden: readonly (readonly [file: string, specifier: string])[] = [
  ['src/licensing/plans/a.ts', '../../superoffice/client.ts'],
  ['src/licensing/plans/b.ts', '../../errors.ts'],
  ['src/licensing/plans/f.ts', '../../cache-size.ts'],
  ['src/licensing/plans/g.ts', '../../storable-text.ts'],
  ['src/licensing/plans/c.ts', 'node:fs'],
  ['src/licensing/plans/d.ts', 'lru-cache'],
  ['src/licensing/plans/e.ts', '../entitlements/rules.ts'],
  ['src/licensing/catalogue/a.ts', '../licenses/license-set.ts'],
  ['src/licensing/licenses/a.ts', '../plans/detect-plan.ts'],
  ['src/licensing/entitlements/a.ts', '../advice/what-if.ts'],
  ['src/licensing/advice/a.ts', '../../licensing/entitlement-engine.ts'],
  ['src/licensing/assignment/a.ts', '../../solver/solve-programme.ts'],
  ['src/licensing/advice/b.ts', '../assignment/people.ts'],
  ['src/solver/a.ts', '../web/links.ts'],
  ['src/tenants/d.ts', '../solver/assignment-solver.ts'],
  ['src/superoffice/api/a.ts', '../../licensing/catalogue/catalogue.ts'],
  ['src/superoffice/api/b.ts', '../../tenants/tenant-store.ts'],
  ['src/superoffice/transport/a.ts', '../auth/tickets.ts'],
  ['src/superoffice/auth/a.ts', '../api/web-api.ts'],
  ['src/crypto/a.ts', '../tenants/tenant-store.ts'],
  ['src/database/a.ts', '../tenants/tenant-store.ts'],
  ['src/coordination/a.ts', '../superoffice/client.ts'],
  ['src/tenants/a.ts', '../superoffice/client.ts'],
  ['src/tenants/b.ts', '../snapshots/license-snapshots.ts'],
  ['src/snapshots/a.ts', '../lifecycle/start-workers.ts'],
  ['src/lifecycle/a.ts', '../web/links.ts'],
  ['src/doctor/a.ts', '../web/links.ts'],
  ['src/doctor/b.ts', '../cli/command.ts'],
  ['src/cli/a.ts', '../server.ts'],
  ['src/cli/b.ts', '../web/links.ts'],
  ['src/cli/c.ts', '../../sandbox/main.ts'],
  ['src/cli/start.ts', '../services.ts'],
  ['src/web/panel/a.ts', '../../lifecycle/start-workers.ts'],
  ['src/web/panel/b.ts', '../admin/admin.ts'],
  ['src/web/sign-in/a.ts', '../panel/panel.ts'],
  ['src/web/panel/c.ts', '../../services.ts'],
  ['src/web/api/a.ts', '../admin/seats/seat-rows.ts'],
  ['src/web/api/v1/a.ts', '../../sign-in/session.ts'],
  ['src/tenants/c.ts', '../../sandbox/tenants.ts'],
  ['src/web/panel/d.ts', '../../telemetry.ts'],
  ['src/errors.ts', './licensing/catalogue/solutions.ts'],
  ['src/storable-text.ts', './errors.ts'],
  ['src/app.ts', './server.ts'],
  ['src/services.ts', './config/load-assumptions.ts'],
  ['sandbox/a.ts', '../src/errors.ts'],
  ['test/a.ts', '../src/server.ts'],
];

/** Imports that the same rules must accept. */
const allowed: readonly (readonly [file: string, specifier: string])[] = [
  ['src/licensing/plans/ok.ts', '../catalogue/catalogue.ts'],
  ['src/licensing/plans/ok2.ts', './detect-tiers.ts'],
  ['src/solver/ok.ts', '../licensing/assignment/assignment-programme.ts'],
  ['src/web/admin/ok2.ts', '../../solver/assignment-solver.ts'],
  ['src/superoffice/api/ok.ts', '../../licensing/licenses/license-data.ts'],
  ['src/superoffice/api/ok2.ts', '../auth/tickets.ts'],
  ['src/tenants/ok.ts', '../coordination/cache.ts'],
  ['src/snapshots/ok.ts', '../tenants/tenant-store.ts'],
  ['src/web/panel/ok.ts', '../../snapshots/license-snapshots.ts'],
  ['src/web/admin/ok.ts', '../panel/access-request-view.ts'],
  ['src/web/api/v1/ok.ts', '../../panel/evidence-messages.ts'],
  ['src/metrics.ts', './superoffice/transport/http.ts'],
  ['src/cli/ok.ts', '../doctor/check-app.ts'],
  ['test/ok.ts', '../src/errors.ts'],
];

const reportSchema = z.object({
  diagnostics: z.array(z.object({ category: z.string(), location: z.object({ path: z.unknown() }) })),
});

describe('import rules of biome.layers.json', () => {
  const folder = mkdtempSync(join(tmpdir(), 'planlens-layers-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Writes a file with each import and returns the files in which the rule reported one. */
  function lint(imports: readonly (readonly [file: string, specifier: string])[]): readonly string[] {
    for (const [file, specifier] of imports) {
      mkdirSync(join(folder, dirname(file)), { recursive: true });
      writeFileSync(join(folder, file), `import '${specifier}';\n`);
    }
    cpSync(join(root, 'biome.layers.json'), join(folder, 'biome.layers.json'));
    const configuration = { extends: ['./biome.layers.json'], linter: { rules: { preset: 'none' } } };
    writeFileSync(join(folder, 'biome.json'), JSON.stringify(configuration));
    const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
    const command = ['lint', '--reporter=json', '--max-diagnostics=200', '.'];
    const { stdout } = spawnSync(process.execPath, [biome, ...command], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 60_000,
    });
    const { diagnostics } = reportSchema.parse(JSON.parse(stdout));
    return diagnostics
      .filter(({ category }) => category === 'lint/style/noRestrictedImports')
      .map(({ location }) => /(src|sandbox|test)\/[\w./-]+/.exec(JSON.stringify(location.path))?.[0] ?? '');
  }

  it('rejects every forbidden import and accepts the allowed ones', () => {
    const reported = lint([...forbidden, ...allowed]);
    expect([...new Set(reported)].sort()).toEqual(forbidden.map(([file]) => file).sort());
  });
});

describe('source files', () => {
  const sources = listFiles('src', '.ts');
  const filesMatching = (pattern: RegExp) => sources.filter((file) => pattern.test(readText(file)));

  it('of the domain are synchronous and use neither a clock nor random numbers', () => {
    const impure = filesMatching(/\basync\b|\bawait\b|\bPromise\b|new Date|Date\.now|Math\.random/);
    expect(impure.filter((file) => file.startsWith('src/licensing/'))).toEqual([]);
  });

  it('do not switch off a rule of the linter or the compiler', () => {
    expect(filesMatching(/biome-ignore|@ts-(ignore|expect-error|nocheck)|\bas any\b/)).toEqual([]);
  });

  it('read the environment in config.ts only', () => {
    expect(filesMatching(/process\.env\b|process\[/)).toEqual(['src/config/config.ts']);
  });

  it('are TypeScript, or JSON that a source file imports', () => {
    const others = listFiles('src', '').filter((file) => !file.endsWith('.ts'));
    const imported = (file: string) =>
      sources.some((source) => readText(source).includes(`/${basename(file)}'`));
    expect(others.length).toBeGreaterThan(0);
    expect(others.filter((file) => !file.endsWith('.json') || !imported(file))).toEqual([]);
  });

  it('at the root of src are these', () => {
    const atRoot = sources.filter((file) => file.split('/').length === 2).map((file) => basename(file));
    expect(atRoot).toEqual([
      'app.ts',
      'cache-size.ts',
      'cli.ts',
      'errors.ts',
      'log-output.ts',
      'metrics.ts',
      'project-root.ts',
      'run-server.ts',
      'server.ts',
      'services.ts',
      'storable-text.ts',
      'telemetry.ts',
    ]);
  });

  it('of each folder have an import rule', () => {
    const ruled = new Set(
      [...readText('biome.layers.json').matchAll(/"src\/([\w-]+)\/\*\*"/g)].map(([, name]) => name),
    );
    const folders = new Set(
      sources.map((file) => file.split('/')).flatMap(([, name, rest]) => (rest ? [name] : [])),
    );
    expect([...folders].sort()).toEqual([...ruled].sort());
  });
});
