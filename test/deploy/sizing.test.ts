import { describe, expect, it } from 'vitest';
import { readText } from '../support/project-files.ts';

const readme = readText('deploy/README.md');
const section = readme.slice(readme.indexOf('## Sizing'));
const rows = [
  ...section.matchAll(/^\| (.+?) \| (.+?) \| \[[\w-]+\]\(\.\.\/(bench\/results\/[\w-]+\.json)\) \|$/gm),
];

/** Every number in a JSON value. */
function findNumbers(value: unknown): number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(findNumbers) : [];
}

describe('the sizing table', () => {
  it('has rows of figures', () => {
    expect(rows.length).toBeGreaterThan(5);
  });

  it.each(rows.map(([, situation, figures, file]) => ({ situation, figures, file })))(
    'shows measured figures: $situation',
    ({ figures = '', file = '' }) => {
      const { machine, ...results } = JSON.parse(readText(file));
      const measured = findNumbers(results);
      const shown = [...figures.replaceAll(/p\d+ /g, '').matchAll(/\d[\d,.]*/g)].map(([text]) =>
        Number(text.replaceAll(',', '')),
      );
      expect(shown.length).toBeGreaterThan(0);
      expect(shown.filter((figure) => !measured.includes(figure))).toEqual([]);
      expect(section).toContain(`${machine.cpu} with ${machine.cores} cores and ${machine.memoryGiB} GiB`);
      expect(section).toContain(`Node.js ${machine.node}, ${machine.date}`);
    },
  );
});
