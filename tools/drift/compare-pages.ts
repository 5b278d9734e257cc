import type { CitedPage } from './our-pages.ts';
import type { Pages, PageValues } from './pages.ts';

const fields = ['license', 'tier', 'functional_right'] as const satisfies (keyof PageValues)[];
const noValues: PageValues = { license: '', tier: '', functional_right: '' };

/**
 * Compares the front matter of pages with our data, one line for each page and difference, sorted by path. Pages that
 * neither state a requirement nor are cited do not count.
 */
export function comparePages(
  ours: Pages,
  theirs: Pages,
  cited: ReadonlyMap<string, CitedPage>,
): readonly string[] {
  const paths = [...new Set([...ours.keys(), ...cited.keys(), ...theirs.keys()])].sort();
  return paths.flatMap((path) => {
    const page = theirs.get(path);
    const citation = cited.get(path);
    const known = new Set([...(ours.get(path)?.keys() ?? []), ...(citation?.languages ?? [])]);
    const differences = new Map<string, string[]>();
    for (const language of new Set([...known, ...(page?.keys() ?? [])])) {
      const before = ours.get(path)?.get(language) ?? (known.has(language) ? noValues : undefined);
      const difference = describeDifference(before, page?.get(language), citation !== undefined);
      if (difference !== null)
        differences.set(difference, [...(differences.get(difference) ?? []), language]);
    }
    return [...differences].map(([difference, inLanguages]) => {
      const [what, values = ''] = difference.split('\n');
      const by = citation === undefined ? '' : `; cited for ${citation.by.join(', ')}`;
      return `${what} ${path} (${inLanguages.join(', ')})${values}${by}`;
    });
  });
}

/** What differs, as `changed` or another word and the values; null if nothing does. `undefined` is a missing page. */
function describeDifference(
  before: PageValues | undefined,
  after: PageValues | undefined,
  isCited: boolean,
): string | null {
  if (before === undefined && after === undefined) return null;
  if (after === undefined) return 'removed';
  if (before === undefined) {
    const values = describeValues(after);
    return values === '' && !isCited ? null : `added\n${values && `: ${values}`}`;
  }
  const changes = fields.flatMap((field) =>
    before[field] === after[field] ? [] : [`${field} ${before[field] || 'none'} → ${after[field] || 'none'}`],
  );
  return changes.length === 0 ? null : `changed\n: ${changes.join(', ')}`;
}

function describeValues(values: PageValues): string {
  return fields.flatMap((field) => (values[field] === '' ? [] : [`${field} ${values[field]}`])).join(', ');
}
