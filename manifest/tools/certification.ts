import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** What is asked of an app (SuperOffice's certification), what this one does, and what shows it. */
export const requirementsSchema = z.record(
  z.string().regex(/^R\d+$/),
  z.strictObject({
    asks: z.string().min(1),
    does: z.string().min(1),
    proof: z.enum(['tests', 'files', 'people', 'does not apply']),
    files: z.array(z.string()).optional(),
  }),
);
export type Requirements = z.output<typeof requirementsSchema>;

/** A test that shows that a requirement is met. */
export interface Evidence {
  readonly requirement: string;
  readonly file: string;
  readonly title: string;
}

/** `// certifies R1, R2` above a test; the next title is the test's. */
const annotation =
  /^[ \t]*\/\/ certifies (R\d+(?:, R\d+)*)\n([\s\S]*?)(?:it|test|describe)(?:\.each|\.skipIf)?\b[\s\S]*?(['"`])(.+?)\3/gm;

/** The annotations of one test file. */
export function evidenceIn(file: string, text: string): Evidence[] {
  return [...text.matchAll(annotation)].flatMap(([, requirements = '', , , title = '']) =>
    requirements.split(', ').map((requirement) => ({ requirement, file, title })),
  );
}

/** What is asked, as `manifest` in `folder` has it, and every annotation in the tests of the project at `root`. */
export function readCertification(
  folder: string,
  root: string,
): {
  readonly requirements: Requirements;
  readonly evidence: readonly Evidence[];
} {
  const asked = readFileSync(join(folder, 'certification', 'requirements.json'), 'utf8');
  const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => `test/${file.replaceAll('\\', '/')}`)
    .sort();
  return {
    requirements: requirementsSchema.parse(JSON.parse(asked)),
    evidence: files.flatMap((file) => evidenceIn(file, readFileSync(join(root, file), 'utf8'))),
  };
}

/** What is not shown that has to be, and what is said to be shown that nobody asks for, one sentence each. */
export function uncoveredRequirements(
  requirements: Requirements,
  evidence: readonly Evidence[],
  isThere: (file: string) => boolean,
): string[] {
  const shown = new Set(evidence.map(({ requirement }) => requirement));
  const missing = Object.entries(requirements).flatMap(([name, { proof, files = [] }]) => {
    if (proof === 'tests' && !shown.has(name)) return [`${name}: no test certifies it`];
    if (proof === 'files' && files.length === 0) return [`${name}: names no file`];
    return files.filter((file) => !isThere(file)).map((file) => `${name}: ${file} is missing`);
  });
  const unasked = evidence.flatMap(({ requirement, file }) =>
    requirements[requirement]?.proof === 'tests'
      ? []
      : [`${requirement}: certified in ${file}, but not by tests`],
  );
  return [...missing, ...unasked];
}

/** The checklist, as it is handed in. */
export function checklist(requirements: Requirements, evidence: readonly Evidence[]): string {
  const rows = Object.entries(requirements).map(([name, { asks, does, proof, files = [] }]) => {
    const tests = evidence.filter(({ requirement }) => requirement === name);
    const shown = tests.map(({ file, title }) => `${file}: “${title.replaceAll('|', '\\|')}”`);
    return `| ${name} | ${asks} | ${does} | ${[...shown, ...files].join('<br>') || proof} |`;
  });
  return `# Certification checklist

Generated from \`requirements.json\` and the annotations beside the tests: a test that is removed turns the check red.

| | Asked | What Planlens does | Shown by |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}
