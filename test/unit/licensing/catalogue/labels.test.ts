import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../../src/licensing/catalogue/catalogue.ts';
import { correctedLabels } from '../../../../src/licensing/catalogue/corrected-labels.ts';
import { getFeatureLabel, getRowLabel } from '../../../../src/licensing/catalogue/labels.ts';
import { languages } from '../../../../src/licensing/catalogue/languages.ts';
import { publishedLabels } from '../../../../src/licensing/catalogue/published-labels.ts';

describe('catalogue labels', () => {
  it.each([
    ['en', 'ec97d56241a79ae1a848df274fc371866639a38d5c1c646dd887b795fc07bf85'],
    ['de', '7ff347a8d441a59a98a7d12fad0f060ce0ff45b51b4eb7f8522da6574ff0edab'],
    ['no', '0a8f4acc39a99dd27bd813d708c92125a880cad669174f7ff9801e27ccf225f1'],
    ['sv', 'e9dc419d598804ca89e9d2c1ac1a14237cee3591dd27de46d1e9f39e565666b8'],
    ['da', '0d7be31dad4867b4dd10ea1e4be0ea8851789315148508ace14c856caea69d2e'],
    ['nl', '882539f4c0b43dd2599e717cdb735966e92441e8a4452cec2c1e2e8c06cdffe1'],
  ] as const)('every label equals the published label byte for byte in %s', (language, checksum) => {
    const text = catalogue.map((row) => `${publishedLabels[row.id][language]}\n`).join('');
    expect(createHash('sha256').update(text).digest('hex')).toBe(checksum);
  });

  it('every row has a label in all six languages', () => {
    const missing = catalogue.flatMap((row) =>
      languages.filter((each) => getRowLabel(row.id, each).trim() === ''),
    );
    expect(missing).toEqual([]);
  });

  it('a corrected label replaces the published one', () => {
    expect(publishedLabels.C2.de).toBe('Firmen und Persone');
    expect(getRowLabel('C2', 'de')).toBe('Firmen und Personen');
    expect(getRowLabel('C2', 'nl')).toBe(publishedLabels.C2.nl);
  });

  it('every corrected label differs from the published one', () => {
    const same = catalogue.flatMap(({ id }) =>
      languages.filter((each) => correctedLabels[id]?.[each] === publishedLabels[id][each]),
    );
    expect(same).toEqual([]);
  });

  it.each(languages)('no two rows of one tier have the same label in %s', (language) => {
    const labels = catalogue.map(
      ({ id, solution, tier }) => `${solution} ${tier} ${getRowLabel(id, language)}`,
    );
    expect(new Set(labels).size).toBe(labels.length);
  });

  it('each label is returned in the requested language', () => {
    expect(getRowLabel('SvE1', 'en')).toBe('Request / Ticket management');
    expect(getRowLabel('SvE1', 'sv')).toBe('Ärendehantering');
    expect(getRowLabel('MaE20', 'en')).not.toBe(getRowLabel('SaP7', 'en'));
  });
});

describe('getFeatureLabel', () => {
  it('returns the label of the first row, with misprints corrected', () => {
    expect(getFeatureLabel('saint', 'en')).toBe('Activity Monitors (SAINT)');
    expect(getFeatureLabel('companies-and-contacts', 'de')).toBe('Firmen und Personen');
  });
});
