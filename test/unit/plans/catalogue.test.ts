import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { catalogue, childrenOf, rowsOf } from '../../../src/plans/catalogue.ts';
import { publishedLabels } from '../../../src/plans/catalogue-labels.ts';
import { featureKeys } from '../../../src/plans/feature-keys.ts';
import { isKnownModule, knownModules } from '../../../src/plans/known-modules.ts';
import { labelOf } from '../../../src/plans/labels.ts';
import { languages } from '../../../src/plans/languages.ts';

describe('catalogue', () => {
  it('has 76 rows, each once', () => {
    expect(catalogue).toHaveLength(76);
    expect(new Set(catalogue.map((row) => row.id)).size).toBe(76);
  });

  it('has the published number of rows under each solution and tier', () => {
    const places = catalogue.map(({ solution, tier }) => `${solution} ${tier}`);
    const counts = Object.fromEntries(
      [...new Set(places)].map((place) => [place, places.filter((each) => each === place).length]),
    );
    expect(counts).toEqual({
      'common common': 26,
      'sales essential': 5,
      'sales premium': 9,
      'service essential': 6,
      'service premium': 8,
      'marketing essential': 21,
      'marketing premium': 1,
    });
  });

  it('has 68 features, all of them used', () => {
    expect(featureKeys).toHaveLength(68);
    expect(new Set(catalogue.map((row) => row.feature))).toEqual(new Set(featureKeys));
  });

  it('repeats five features', () => {
    const repeated = featureKeys.filter((feature) => rowsOf(feature).length > 1);
    expect(repeated.map((feature) => rowsOf(feature).map((row) => row.id))).toEqual([
      ['SaE3', 'SvE6'],
      ['SaP3', 'SvP6', 'MaE10'],
      ['SaP6', 'SvP5'],
      ['SaP7', 'SvP7', 'MaE20'],
      ['SaP8', 'SvP8', 'MaE21'],
    ]);
  });

  it('has the same modules in every row of a feature', () => {
    const modules = featureKeys.map((feature) =>
      rowsOf(feature).map(({ siteModules, userModules, confidence }) => ({
        siteModules,
        userModules,
        confidence,
      })),
    );
    for (const [first, ...rest] of modules) for (const each of rest) expect(each).toEqual(first);
  });

  it('has six groups over 19 common rows, none of them with modules of its own', () => {
    const groups = catalogue.filter((row) => childrenOf(row.id).length > 0);
    expect(groups.map((row) => row.id)).toEqual(['C1', 'C6', 'C10', 'C15', 'C19', 'C24']);
    expect(groups.flatMap((row) => childrenOf(row.id))).toHaveLength(19);
    expect(groups.flatMap((row) => [...row.siteModules, ...row.userModules])).toEqual([]);
    expect(childrenOf('C9')).toEqual([]);
  });

  it('marks how sure each mapping is', () => {
    const count = (confidence: string) => catalogue.filter((row) => row.confidence === confidence).length;
    expect([count('documented'), count('inferred'), count('none')]).toEqual([27, 26, 23]);
    const without = catalogue.filter((row) => row.siteModules.length + row.userModules.length === 0);
    expect(without.every((row) => row.confidence === 'none')).toBe(true);
    expect(without).toHaveLength(23);
  });

  it('says of each row what the published table says', () => {
    const file = new URL('../../browser/fixtures/features.tsv', import.meta.url);
    const [, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
    const published = lines.map((line) => {
      const [id, group, tier, parent, feature, en, de, no, sv, da, nl, site, user, mark] = line.split('\t');
      return { id, group, tier, parent, feature, labels: { en, de, no, sv, da, nl }, site, user, mark };
    });
    const marks = { documented: 'D', inferred: 'N', none: '-' };
    const ours = catalogue.map((row) => ({
      id: row.id,
      group: row.solution,
      tier: row.tier,
      parent: row.parent ?? '',
      feature: row.feature,
      labels: publishedLabels[row.id],
      site: row.siteModules.join('|'),
      // The one module of ours that is not in the table (next test).
      user: row.userModules.filter((name) => row.id !== 'SaP1' || name !== 'sale-cal').join(),
      mark: marks[row.confidence],
    }));
    expect(ours).toEqual(published);
  });

  it('needs the sale for the sales guide, with either site license', () => {
    const [guide] = rowsOf('sales-guide');
    expect(guide?.siteModules).toEqual(['guide-sale', 'guide']);
    expect(guide?.userModules).toEqual(['guide-cal', 'sale-cal']);
  });
});

describe('labels', () => {
  it('are byte for byte the German ones SuperOffice published', () => {
    const text = catalogue.map((row) => `${publishedLabels[row.id].de}\n`).join('');
    expect(createHash('sha256').update(text).digest('hex')).toBe(
      '7ff347a8d441a59a98a7d12fad0f060ce0ff45b51b4eb7f8522da6574ff0edab',
    );
  });

  it('exist in all six languages', () => {
    const missing = catalogue.flatMap((row) =>
      languages.filter((each) => labelOf(row.id, each).trim() === ''),
    );
    expect(missing).toEqual([]);
  });

  it('correct the one misprint on the page, and nothing else', () => {
    expect(publishedLabels.C2.de).toBe('Firmen und Persone');
    expect(labelOf('C2', 'de')).toBe('Firmen und Personen');
    const changed = catalogue.flatMap((row) =>
      languages.filter((each) => labelOf(row.id, each) !== publishedLabels[row.id][each]).map(() => row.id),
    );
    expect(changed).toEqual(['C2']);
  });

  it('are read in the language asked for', () => {
    expect(labelOf('SvE1', 'en')).toBe('Request / Ticket management');
    expect(labelOf('SvE1', 'sv')).toBe('Ärendehantering');
    expect(labelOf('MaE20', 'en')).not.toBe(labelOf('SaP7', 'en'));
  });
});

describe('known modules', () => {
  it('are lower case and listed once', () => {
    expect(knownModules.filter((name) => name !== name.toLowerCase())).toEqual([]);
    expect(new Set(knownModules).size).toBe(knownModules.length);
  });

  it('know a documented name and no other', () => {
    expect(isKnownModule('sale-cal')).toBe(true);
    expect(isKnownModule('?')).toBe(false);
    expect(isKnownModule('constructor')).toBe(false);
  });
});
