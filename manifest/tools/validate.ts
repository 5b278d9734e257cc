import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checklist, readCertification, unproven } from './certification.ts';
import { generatedFiles } from './generated.ts';
import { type PictureFacts, pictureFacts } from './image-facts.ts';
import { type Problem, readManifest } from './read-manifest.ts';
import { leftToVendor, problemsOf } from './rules.ts';

/** What `manifest` in `folder` is like, with the tests of the project at `root`. */
export interface Examination {
  readonly problems: readonly Problem[];
  /** What follows from the rest, by file: what it has to be. */
  readonly generated: ReadonlyMap<string, string>;
  /** Where something is left to the vendor, and how often. */
  readonly left: readonly string[];
}

export function examine(folder: string, root: string): Examination {
  const { manifest, problems: unread } = readManifest(folder);
  const { requirements, evidence } = readCertification(folder, root);
  const generated = new Map([
    ...(manifest === null ? [] : generatedFiles(manifest)),
    ['certification/checklist.md', checklist(requirements, evidence)] as const,
  ]);
  const unshown = unproven(requirements, evidence, (file) => existsSync(join(root, file)));
  return {
    problems: [
      ...unread,
      ...(manifest === null ? [] : problemsOf(manifest, picturesIn(folder))),
      ...unshown.map((says) => ({ file: 'certification/requirements.json', where: '', says })),
      ...outdated(folder, generated),
    ],
    generated,
    left: manifest === null ? [] : leftToVendor(manifest),
  };
}

function picturesIn(folder: string): Map<string, PictureFacts | null> {
  const images = join(folder, 'images');
  const files = readdirSync(images, { recursive: true, encoding: 'utf8' });
  return new Map(
    files
      .filter((file) => file.endsWith('.png'))
      .map((file) => [file.replaceAll('\\', '/'), pictureFacts(readFileSync(join(images, file)))]),
  );
}

function outdated(folder: string, generated: ReadonlyMap<string, string>): Problem[] {
  return [...generated].flatMap(([file, content]) => {
    const path = join(folder, file);
    const isRight = existsSync(path) && readFileSync(path, 'utf8') === content;
    return isRight ? [] : [{ file, where: '', says: 'is not what follows from the rest' }];
  });
}
