import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ejs from 'ejs';
import { vendorPlaceholder } from '../../src/web/rendering/vendor.ts';
import { readManifest } from './read-manifest.ts';
import { createRegistrationSheet } from './registration-sheet.ts';

const folder = fileURLToPath(new URL('..', import.meta.url));
const reports = join(folder, '..', 'reports');
const publicUrl = process.argv[2] ?? '';

process.exitCode = render();

/** Writes a registration sheet for each environment. @returns the exit code */
function render(): number {
  if (
    !URL.canParse(publicUrl) ||
    new URL(publicUrl).origin !== publicUrl ||
    !publicUrl.startsWith('https://')
  ) {
    process.stderr.write('Usage: npm run manifest:render -- https://planlens.example.com\n');
    return 2;
  }
  const { manifest } = readManifest(folder);
  if (manifest === null) {
    process.stderr.write('The manifest is invalid. Run npm run manifest:check.\n');
    return 1;
  }
  const template = ejs.compile(readFileSync(join(folder, 'tools', 'registration-sheet.ejs'), 'utf8'));
  mkdirSync(reports, { recursive: true });
  for (const environment of manifest.environments.keys()) {
    const sections = createRegistrationSheet(manifest, environment, publicUrl);
    const file = join(reports, `registration-${environment}.html`);
    writeFileSync(file, template({ environment, publicUrl, sections, vendorPlaceholder }));
    process.stdout.write(`${file}\n`);
  }
  return 0;
}
