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

/** The Chromium executable and its environment. */
interface BrowserProgram {
  readonly path: string;
  readonly environment: Record<string, string>;
}

const run = promisify(execFile);
const cache = 'node_modules/.cache';
const unpackedFolder = join(cache, 'chromium');

/** Finds the browser once per run: CHROMIUM_PATH, else the packaged Chromium. */
export async function findBrowser(project: TestProject): Promise<void> {
  const customPath = process.env.CHROMIUM_PATH;
  project.provide('browser', customPath ? { path: customPath, environment: {} } : await packagedBrowser());
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
  throw new Error('The packaged Chromium runs only on Linux. Set CHROMIUM_PATH to another browser.');
}

/**
 * Unpacks browser, libraries and fonts atomically. The package unpacks to the temporary folder, and unpacks the
 * libraries only if it detects a cloud function, hence the environment.
 */
async function unpack(): Promise<void> {
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(process.cwd(), unpackedFolder));
  const program = "import('@sparticuz/chromium').then(({ default: chromium }) => chromium.executablePath())";
  const environment = { ...process.env, TMPDIR: folder, AWS_LAMBDA_JS_RUNTIME: 'nodejs22.x' };
  await run(process.execPath, ['--eval', program], { env: environment });
  await rename(folder, unpackedFolder);
}
