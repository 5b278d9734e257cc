import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { catalogue, getChildRows, getFeatureRows } from '../../../../src/licensing/catalogue/catalogue.ts';
import { featureKeys } from '../../../../src/licensing/catalogue/feature-keys.ts';
import { isKnownModule, knownModules } from '../../../../src/licensing/catalogue/known-modules.ts';
import { getRowLabel } from '../../../../src/licensing/catalogue/labels.ts';
import { languages } from '../../../../src/licensing/catalogue/languages.ts';
import { publishedLabels } from '../../../../src/licensing/catalogue/published-labels.ts';
import { assumptions } from '../fixtures/engine.ts';

const { modules } = assumptions;

describe('catalogue', () => {
  it('has 76 rows with distinct ids', () => {
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
    const marks = { documented: 'D', inferred: 'N', none: '-' };
    const ours = catalogue.map((row) => ({
      id: row.id,
      group: row.solution,
      tier: row.tier,
      parent: row.parent ?? '',
      feature: row.feature,
      labels: publishedLabels[row.id],
      site: modules[row.feature].site.join('|'),
      // The one module of ours that is not in the table (next test).
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

  it('only the one misprint of the published page is corrected', () => {
    expect(publishedLabels.C2.de).toBe('Firmen und Persone');
    expect(getRowLabel('C2', 'de')).toBe('Firmen und Personen');
    const changed = catalogue.flatMap((row) =>
      languages
        .filter((each) => getRowLabel(row.id, each) !== publishedLabels[row.id][each])
        .map(() => row.id),
    );
    expect(changed).toEqual(['C2']);
  });

  it('each label is returned in the requested language', () => {
    expect(getRowLabel('SvE1', 'en')).toBe('Request / Ticket management');
    expect(getRowLabel('SvE1', 'sv')).toBe('Ärendehantering');
    expect(getRowLabel('MaE20', 'en')).not.toBe(getRowLabel('SaP7', 'en'));
  });
});

describe('known modules', () => {
  it('every known name is lower case and listed once', () => {
    expect(knownModules.filter((name) => name !== name.toLowerCase())).toEqual([]);
    expect(new Set(knownModules).size).toBe(knownModules.length);
  });

  it('every module name of the shipped assumptions outside CRM Suite is known', () => {
    const { tierMarkers } = assumptions;
    const markers = [tierMarkers.user, ...Object.values(tierMarkers.site)];
    const assumed = [
      ...Object.values(modules).flatMap(({ site, user }) => [...site, ...user]),
      ...assumptions.editingLicenses,
      ...Object.values(assumptions.premiumModules).flat(),
      ...Object.values(assumptions.addOnModules).flat(),
      ...markers.flatMap(({ essential, premium }) => [essential, premium]),
    ];
    expect(assumed.length).toBeGreaterThan(80);
    expect(assumed.filter((name) => !isKnownModule(name))).toEqual([]);
  });

  it('a documented name is known and any other name is not', () => {
    expect(isKnownModule('sale-cal')).toBe(true);
    expect(isKnownModule('?')).toBe(false);
    expect(isKnownModule('constructor')).toBe(false);
  });
});
