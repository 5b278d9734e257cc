import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCertification, renderChecklist, uncoveredRequirements } from './certification.ts';
import { generatedFiles } from './generated.ts';
import { type ImageFacts, readImageFacts } from './image-facts.ts';
import { findPlaceholders } from './placeholders.ts';
import { type Problem, readManifest } from './read-manifest.ts';
import { findProblems } from './rules.ts';

/** The result of validating the manifest. */
export interface ManifestValidation {
  readonly problems: readonly Problem[];
  /** Expected content of each generated file. */
  readonly generated: ReadonlyMap<string, string>;
  /** What the vendor must provide before a release. */
  readonly placeholders: readonly Problem[];
}

/** Validates the manifest in `folder` with the tests of the project at `root`. */
export function validateManifest(folder: string, root: string): ManifestValidation {
  const { manifest, problems: schemaProblems } = readManifest(folder);
  const { requirements, evidence } = readCertification(folder, root);
  const generated = new Map([
    ...(manifest === null ? [] : generatedFiles(manifest)),
    ['certification/checklist.md', renderChecklist(requirements, evidence)] as const,
  ]);
  const uncovered = uncoveredRequirements(requirements, evidence, (file) => existsSync(join(root, file)));
  return {
    problems: [
      ...schemaProblems,
      ...(manifest === null ? [] : findProblems(manifest, readPictures(folder))),
      ...uncovered.map((message) => ({ file: 'certification/requirements.json', where: '', message })),
      ...findOutdated(folder, generated),
    ],
    generated,
    placeholders: findPlaceholders(folder, [...generated.keys()]),
  };
}

function readPictures(folder: string): Map<string, ImageFacts | null> {
  const images = join(folder, 'images');
  const files = readdirSync(images, { recursive: true, encoding: 'utf8' });
  return new Map(
    files
      .filter((file) => file.endsWith('.png'))
      .map((file) => [file.replaceAll('\\', '/'), readImageFacts(readFileSync(join(images, file)))]),
  );
}

function findOutdated(folder: string, generated: ReadonlyMap<string, string>): Problem[] {
  return [...generated].flatMap(([file, content]) => {
    const path = join(folder, file);
    const isCorrect = existsSync(path) && readFileSync(path, 'utf8') === content;
    return isCorrect ? [] : [{ file, where: '', message: 'is not up to date' }];
  });
}
