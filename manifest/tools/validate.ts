import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checklist, readCertification, uncoveredRequirements } from './certification.ts';
import { generatedFiles } from './generated.ts';
import { type ImageFacts, imageFacts } from './image-facts.ts';
import { type Problem, readManifest } from './read-manifest.ts';
import { problemsOf, vendorTodos } from './rules.ts';

/** What `manifest` in `folder` is like, with the tests of the project at `root`. */
export interface ManifestValidation {
  readonly problems: readonly Problem[];
  /** What follows from the rest, by file: what it has to be. */
  readonly generated: ReadonlyMap<string, string>;
  /** Where something is left to the vendor, and how often. */
  readonly left: readonly string[];
}

export function validateManifest(folder: string, root: string): ManifestValidation {
  const { manifest, problems: unread } = readManifest(folder);
  const { requirements, evidence } = readCertification(folder, root);
  const generated = new Map([
    ...(manifest === null ? [] : generatedFiles(manifest)),
    ['certification/checklist.md', checklist(requirements, evidence)] as const,
  ]);
  const unshown = uncoveredRequirements(requirements, evidence, (file) => existsSync(join(root, file)));
  return {
    problems: [
      ...unread,
      ...(manifest === null ? [] : problemsOf(manifest, picturesIn(folder))),
      ...unshown.map((says) => ({ file: 'certification/requirements.json', where: '', says })),
      ...outdated(folder, generated),
    ],
    generated,
    left: manifest === null ? [] : vendorTodos(manifest),
  };
}

function picturesIn(folder: string): Map<string, ImageFacts | null> {
  const images = join(folder, 'images');
  const files = readdirSync(images, { recursive: true, encoding: 'utf8' });
  return new Map(
    files
      .filter((file) => file.endsWith('.png'))
      .map((file) => [file.replaceAll('\\', '/'), imageFacts(readFileSync(join(images, file)))]),
  );
}

function outdated(folder: string, generated: ReadonlyMap<string, string>): Problem[] {
  return [...generated].flatMap(([file, content]) => {
    const path = join(folder, file);
    const isRight = existsSync(path) && readFileSync(path, 'utf8') === content;
    return isRight ? [] : [{ file, where: '', says: 'is not what follows from the rest' }];
  });
}
