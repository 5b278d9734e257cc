import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { catalogue, getChildRows, getFeatureRows } from '../../../../src/licensing/catalogue/catalogue.ts';
import { featureKeys } from '../../../../src/licensing/catalogue/feature-keys.ts';
import { publishedLabels } from '../../../../src/licensing/catalogue/published-labels.ts';
import { assumptions } from '../fixtures/engine.ts';

const { modules } = assumptions;

describe('catalogue', () => {
  it('has 76 rows with distinct ids', () => {
    expect(catalogue).toHaveLength(76);
    expect(new Set(catalogue.map((row) => row.id)).size).toBe(76);
  });

  it('has the published number of rows under each solution and tier', () => {
    const positions = catalogue.map(({ solution, tier }) => `${solution} ${tier}`);
    const counts = Object.fromEntries(
      [...new Set(positions)].map((position) => [
        position,
        positions.filter((each) => each === position).length,
      ]),
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

  it('has 68 feature keys, each used by a row', () => {
    expect(featureKeys).toHaveLength(68);
    expect(new Set(catalogue.map((row) => row.feature))).toEqual(new Set(featureKeys));
  });

  it('lists exactly five features in more than one row', () => {
    const repeated = featureKeys.filter((feature) => getFeatureRows(feature).length > 1);
    expect(repeated.map((feature) => getFeatureRows(feature).map((row) => row.id))).toEqual([
      ['SaE3', 'SvE6'],
      ['SaP3', 'SvP6', 'MaE10'],
      ['SaP6', 'SvP5'],
      ['SaP7', 'SvP7', 'MaE20'],
      ['SaP8', 'SvP8', 'MaE21'],
    ]);
  });

  it('has a module entry in the shipped assumptions for each feature key, in the same order', () => {
    expect(Object.keys(modules)).toEqual(featureKeys);
  });

  it('has six groups over 19 common rows, and no group has modules of its own', () => {
    const groups = catalogue.filter((row) => getChildRows(row.id).length > 0);
    expect(groups.map((row) => row.id)).toEqual(['C1', 'C6', 'C10', 'C15', 'C19', 'C24']);
    expect(groups.flatMap((row) => getChildRows(row.id))).toHaveLength(19);
    expect(groups.flatMap(({ feature }) => [...modules[feature].site, ...modules[feature].user])).toEqual([]);
    expect(getChildRows('C9')).toEqual([]);
  });

  it('has 27 documented and 26 inferred rows, and 23 rows without modules or confidence', () => {
    const count = (confidence: string) =>
      catalogue.filter(({ feature }) => modules[feature].confidence === confidence).length;
    expect([count('documented'), count('inferred'), count('none')]).toEqual([27, 26, 23]);
    const without = catalogue.filter(
      ({ feature }) => modules[feature].site.length + modules[feature].user.length === 0,
    );
    expect(without.every(({ feature }) => modules[feature].confidence === 'none')).toBe(true);
    expect(without).toHaveLength(23);
  });

  it('matches the published table in every row', () => {
    const file = new URL('../../../browser/fixtures/features.tsv', import.meta.url);
    const [, ...lines] = readFileSync(file, 'utf8').trimEnd().split('\n');
    const published = lines.map((line) => {
      const [id, group, tier, parent, feature, en, de, no, sv, da, nl, site, user, mark] = line.split('\t');
      return { id, group, tier, parent, feature, labels: { en, de, no, sv, da, nl }, site, user, mark };
    });
    const marks = { documented: 'D', published: '?', inferred: 'N', none: '-' };
    const ours = catalogue.map((row) => ({
      id: row.id,
      group: row.solution,
      tier: row.tier,
      parent: row.parent ?? '',
      feature: row.feature,
      labels: publishedLabels[row.id],
      site: modules[row.feature].site.join('|'),
      // `sale-cal` of the sales guide is the only module missing from the table; see the next test.
      user: modules[row.feature].user.filter((name) => row.id !== 'SaP1' || name !== 'sale-cal').join(),
      mark: marks[modules[row.feature].confidence],
    }));
    expect(ours).toEqual(published);
  });

  it('requires both user licenses and either site license for the sales guide', () => {
    expect(modules['sales-guide'].site).toEqual(['guide-sale', 'guide']);
    expect(modules['sales-guide'].user).toEqual(['guide-cal', 'sale-cal']);
  });
});
