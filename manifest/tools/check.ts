import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checklist, readCertification, unproven } from './certification.ts';
import { generatedFiles } from './generated.ts';
import { type PictureFacts, pictureFacts } from './picture-facts.ts';
import { type Problem, readManifest } from './read-manifest.ts';
import { leftToVendor, problemsOf } from './rules.ts';

const folder = fileURLToPath(new URL('..', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));
const writes = process.argv.includes('--write');

const { manifest, problems: unread } = readManifest(folder);
const { requirements, evidence } = readCertification(root);
const problems = [
  ...unproven(requirements, evidence, (file) => existsSync(join(root, file))).map((says) => ({
    file: 'certification/requirements.json',
    where: '',
    says,
  })),
  ...unread,
  ...(manifest === null ? [] : problemsOf(manifest, picturesIn(folder))),
  ...outdated(
    new Map([
      ...(manifest === null ? [] : generatedFiles(manifest)),
      ['certification/checklist.md', checklist(requirements, evidence)],
    ]),
  ),
];
for (const { file, where, says } of problems) say(`${file}${where && ` ${where}`}: ${says}`);
if (manifest !== null) for (const left of leftToVendor(manifest)) say(`left to the vendor in ${left}`);
say(problems.length === 0 ? 'manifest is as it has to be' : `${problems.length} problem(s)`);
process.exitCode = problems.length === 0 ? 0 : 1;

function picturesIn(of: string): Map<string, PictureFacts | null> {
  const images = join(of, 'images');
  const files = readdirSync(images, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.png'),
  );
  return new Map(files.map((file) => [file, pictureFacts(readFileSync(join(images, file)))]));
}

/** What follows from the rest and does not any more; with `--write` it is written anew. */
function outdated(generated: ReadonlyMap<string, string>): Problem[] {
  return [...generated].flatMap(([file, content]) => {
    const path = join(folder, file);
    if (existsSync(path) && readFileSync(path, 'utf8') === content) return [];
    if (!writes) return [{ file, where: '', says: 'is not as generated: npm run manifest:check -- --write' }];
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, content);
    return [];
  });
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
