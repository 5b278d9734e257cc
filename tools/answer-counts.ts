import { z } from 'zod';

/** What the answers of the engine rest on, strongest first. */
const bases = ['license', 'published', 'by name', 'guessed', 'nothing'] as const;
type Basis = (typeof bases)[number];

/** The number of answers by what they rest on, and the number whose state is unknown. */
export type AnswerCounts = Readonly<Record<Basis | 'unknown', number>>;

const answerSchema = z.tuple([z.string(), z.string(), z.string()]).rest(z.unknown());
const caseSchema = z.object({ expect: z.object({ features: z.record(z.string(), answerSchema) }) });

/** The reasons that name a license of the feature, or a function right; all others come from plans. */
const byLicense: ReadonlySet<string> = new Set([
  'granted',
  'site-license-only',
  'user-license-missing',
  'user-license-missing-possibly-visible',
  'hidden-by-function-right',
  'not-licensed',
  'not-licensed-and-hidden-by-role',
  'site-license-missing',
]);

/** The users of the published tenants and their golden vectors. */
export const publishedUsers = [
  { user: 'Premium tenant, Sales Premium', vector: 'published-premium-sales' },
  { user: 'Premium tenant, Service Premium', vector: 'published-premium-service' },
  { user: 'Premium tenant, Marketing Premium', vector: 'published-premium-marketing' },
  { user: 'Premium tenant, all three Premium plans', vector: 'published-premium-everything' },
  { user: 'Premium tenant, no plan', vector: 'published-premium-without-plan' },
  { user: 'Essential tenant, Sales Essential', vector: 'published-essential-sales' },
  { user: 'CRM Suite tenant, Core', vector: 'published-suite-core' },
] as const;

/**
 * Counts what the answers of a golden vector rest on. `json` is the text of the file; groups of features are left out.
 * @throws an error if the text is not a golden vector
 */
export function countAnswers(json: string): AnswerCounts {
  const { features } = caseSchema.parse(JSON.parse(json)).expect;
  const answers = Object.values(features).filter(([, reason]) => reason !== 'group-of-features');
  const counts = { license: 0, published: 0, 'by name': 0, guessed: 0, nothing: 0, unknown: 0 };
  for (const [state, reason, confidence] of answers) {
    counts[findBasis(reason, confidence)] += 1;
    if (state === 'unknown') counts.unknown += 1;
  }
  return counts;
}

function findBasis(reason: string, confidence: string): Basis {
  switch (confidence) {
    case 'published':
      return 'published';
    // Before confidence `published` existed (version 0.2.0), the list of user plans counted as documented.
    case 'documented':
      return byLicense.has(reason) || reason === 'user-without-plan' ? 'license' : 'published';
    case 'inferred':
      return byLicense.has(reason) ? 'by name' : 'guessed';
    default:
      return 'nothing';
  }
}

/** Formats counts as a Markdown table, one row for each name. */
export function toTable(rows: readonly (readonly [name: string, counts: AnswerCounts])[]): string {
  const columns = [...bases, 'unknown'] as const;
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [
    line(['User', ...columns]),
    line(['---', ...columns.map(() => '---')]),
    ...rows.map(([name, counts]) => line([name, ...columns.map((column) => counts[column])])),
  ].join('\n');
}
