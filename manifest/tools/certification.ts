import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** SuperOffice's certification requirements, how the app meets each, and the kind of evidence. */
const requirementsSchema = z.record(
  z.string().regex(/^R\d+$/),
  z.strictObject({
    requirement: z.string().min(1),
    implementation: z.string().min(1),
    proof: z.enum(['tests', 'files', 'manual', 'not applicable']),
    files: z.array(z.string()).optional(),
  }),
);
export type Requirements = z.output<typeof requirementsSchema>;

/** A test that certifies a requirement. */
export interface Evidence {
  readonly requirement: string;
  readonly file: string;
  readonly title: string;
}

/** `// certifies R1, R2` above a test, then the title of the test. */
const annotation =
  /^[ \t]*\/\/ certifies (R\d+(?:, R\d+)*)\n([\s\S]*?)(?:it|test|describe)(?:\.each|\.skipIf)?\b[\s\S]*?(['"`])(.+?)\3/gm;

/** Finds the annotations in the text of a test file. */
export function findEvidence(file: string, text: string): Evidence[] {
  return [...text.matchAll(annotation)].flatMap(([, requirements = '', , , title = '']) =>
    requirements.split(', ').map((requirement) => ({ requirement, file, title })),
  );
}

/** Reads the requirements of the manifest in `folder` and the annotations in the tests of the project at `root`. */
export function readCertification(
  folder: string,
  root: string,
): {
  readonly requirements: Requirements;
  readonly evidence: readonly Evidence[];
} {
  const requirements = readFileSync(join(folder, 'certification', 'requirements.json'), 'utf8');
  const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => `test/${file.replaceAll('\\', '/')}`)
    .sort();
  return {
    requirements: requirementsSchema.parse(JSON.parse(requirements)),
    evidence: files.flatMap((file) => findEvidence(file, readFileSync(join(root, file), 'utf8'))),
  };
}

/** Lists requirements without evidence and annotations without a matching requirement, one message each. */
export function uncoveredRequirements(
  requirements: Requirements,
  evidence: readonly Evidence[],
  exists: (file: string) => boolean,
): string[] {
  const certified = new Set(evidence.map(({ requirement }) => requirement));
  const missing = Object.entries(requirements).flatMap(([name, { proof, files = [] }]) => {
    if (proof === 'tests' && !certified.has(name)) return [`${name}: no test certifies it`];
    if (proof === 'files' && files.length === 0) return [`${name}: names no file`];
    return files.filter((file) => !exists(file)).map((file) => `${name}: ${file} is missing`);
  });
  const unexpected = evidence.flatMap(({ requirement, file }) =>
    requirements[requirement]?.proof === 'tests'
      ? []
      : [`${requirement}: certified in ${file}, but its proof is not tests`],
  );
  return [...missing, ...unexpected];
}

/** Renders the checklist for the submission. */
export function renderChecklist(requirements: Requirements, evidence: readonly Evidence[]): string {
  const rows = Object.entries(requirements).map(
    ([name, { requirement: text, implementation, proof, files = [] }]) => {
      const tests = evidence.filter(({ requirement }) => requirement === name);
      const titles = tests.map(({ file, title }) => `${file}: “${title.replaceAll('|', '\\|')}”`);
      return `| ${name} | ${text} | ${implementation} | ${[...titles, ...files].join('<br>') || proof} |`;
    },
  );
  return `# Certification checklist

Generated from \`requirements.json\` and the annotations of the tests. Removing an annotated test fails the check.

| | Requirement | Implementation | Evidence |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}
