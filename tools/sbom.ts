import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'planlens-sbom-'));

try {
  process.stdout.write(createSbom(folder));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/**
 * The packages that run, from the lock file, as CycloneDX JSON. `npm sbom --omit dev` cannot list them: it drops
 * packages that development also uses and keeps TypeScript (https://github.com/npm/cli/issues/7909). Therefore npm
 * first removes the development packages from a copy of the lock file; it needs no network for that.
 */
function createSbom(temporaryFolder: string): string {
  const project = join(temporaryFolder, 'planlens');
  mkdirSync(project);
  const { devDependencies: _, ...manifest } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
  copyFileSync(join(root, 'package-lock.json'), join(project, 'package-lock.json'));
  runNpm(project, ['install', '--package-lock-only', '--ignore-scripts', '--offline', '--no-audit']);
  return runNpm(project, [
    'sbom',
    '--package-lock-only',
    '--sbom-format=cyclonedx',
    '--sbom-type=application',
  ]);
}

function runNpm(cwd: string, args: readonly string[]): string {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
}
