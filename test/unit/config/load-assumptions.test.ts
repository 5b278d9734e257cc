import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readAssumptions } from '../../../src/config/load-assumptions.ts';
import type { Assumptions } from '../../../src/licensing/entitlements/assumptions.ts';
import { assumptions as shipped } from '../licensing/fixtures/engine.ts';

const folder = mkdtempSync(join(tmpdir(), 'planlens-assumptions-'));
const file = join(folder, 'assumptions.json');
afterAll(() => rmSync(folder, { recursive: true }));

/** Reads the assumptions with a file that contains this text. */
function readText(text: string) {
  writeFileSync(file, text);
  return readAssumptions(file);
}

/** The assumptions with this patch applied. */
function changedBy(patch: unknown): Assumptions {
  const read = readText(JSON.stringify(patch));
  if (!read.valid) throw new Error(read.problems.join('\n'));
  return read.assumptions;
}

/** The path of each problem of a file with this text. */
function invalidPaths(text: string): readonly string[] {
  const read = readText(text);
  if (read.valid) return [];
  const prefix = 'assumptions.json: ';
  expect(read.problems.filter((problem) => !problem.startsWith(prefix))).toEqual([]);
  return read.problems.map((problem) => problem.slice(prefix.length).replace(/: .*$/s, ''));
}

const shippedPlatform = {
  stateChangeAudiences: ['client-id', 'spn:client-id', 'spn:serial', 'none'],
  crmAddresses: {
    start: '{crm}/',
    screen: '{crm}/default.aspx?{target}',
    administration: '{crm}/admin/default.aspx?',
  },
  ownIdentityProviders: ['central-superid', 'superoffice-online'],
};

describe('readAssumptions', () => {
  it('returns the shipped assumptions when there is no file', () => {
    const read = readAssumptions(join(folder, 'nothing-here.json'));
    expect(read).toEqual({
      valid: true,
      assumptions: shipped,
      platform: shippedPlatform,
    });
    expect(Object.keys(shipped.modules)).toHaveLength(68);
  });

  it('returns the shipped assumptions when the file changes nothing', () => {
    expect(changedBy({})).toEqual(shipped);
  });

  it('overrides only the values that the file names', () => {
    const patch = { user: ['ej-mod-knowledge'], confidence: 'inferred' };
    const knowledgeBase = { ...shipped.modules['knowledge-base'], ...patch };
    expect(changedBy({ modules: { 'knowledge-base': patch } })).toEqual({
      ...shipped,
      modules: { ...shipped.modules, 'knowledge-base': knowledgeBase },
    });
  });

  it('overrides the assumptions about the platform, and rejects a form that does not exist', () => {
    const platform = {
      stateChangeAudiences: ['spn:serial'],
      crmAddresses: { administration: '{crm}/admin/default.aspx?{target}' },
      ownIdentityProviders: [],
    };
    expect(readText(JSON.stringify({ platform }))).toMatchObject({ valid: true, platform });
    for (const screen of ['https://example.com/{target}', '{crm}.example.com/', '{crm}/ "x', 5])
      expect(invalidPaths(JSON.stringify({ platform: { crmAddresses: { screen } } }))).toEqual([
        'platform.crmAddresses.screen',
      ]);
    expect(invalidPaths('{"platform": {"stateChangeAudiences": ["any"]}}')).toEqual([
      'platform.stateChangeAudiences.0',
    ]);
    expect(invalidPaths('{"platform": {"ownIdentityProviders": [""]}}')).toEqual([
      'platform.ownIdentityProviders.0',
    ]);
    expect(invalidPaths('{"platform": {"stateChangeAudiences": []}}')).toEqual([
      'platform.stateChangeAudiences',
    ]);
  });

  it('replaces a list instead of extending it', () => {
    expect(changedBy({ addOnModules: { cep: ['cep2'] } }).addOnModules.cep).toEqual(['cep2']);
  });

  it('adds an entry that the shipped assumptions lack', () => {
    const { hiddenBy } = changedBy({ hiddenBy: { 'hide-document': ['documents-and-templates'] } });
    expect(hiddenBy).toEqual({ ...shipped.hiddenBy, 'hide-document': ['documents-and-templates'] });
  });

  it('removes entries that are set to null', () => {
    const { containedIn, hiddenBy, suite } = changedBy({
      containedIn: { 'dashboards-default-tiles': null },
      hiddenBy: { 'hide-sale': null },
      suite: { modules: { suiteuser: null }, limitedFeatures: { 'project-management': null } },
    });
    expect(containedIn).toEqual({});
    expect(Object.keys(hiddenBy)).not.toContain('hide-sale');
    expect(Object.keys(suite.modules)).not.toContain('suiteuser');
    const { 'project-management': _, ...limited } = shipped.suite.limitedFeatures;
    expect(suite.limitedFeatures).toEqual(limited);
  });

  it('converts module names to lower case and strips their owner', () => {
    const { modules, tierMarkers } = changedBy({
      modules: { saint: { site: [' SuperOffice.SAINT2 '], user: ['SAINT2-CAL'] } },
      tierMarkers: { user: { premium: 'T3' } },
    });
    expect(modules.saint).toMatchObject({ site: ['saint2'], user: ['saint2-cal'] });
    expect(tierMarkers.user).toEqual({ essential: 't1', premium: 't3' });
  });

  it('accepts a file that begins with a byte order mark', () => {
    expect(readText('\uFEFF{}')).toEqual({
      valid: true,
      assumptions: shipped,
      platform: shippedPlatform,
    });
  });
});

describe('invalid assumptions file', () => {
  it.each([
    ['an unknown key', { licenses: [] }, 'the file'],
    ['a nested unknown key', { suite: { plans: {} } }, 'suite'],
    ['a misspelled feature', { modules: { saynt: { user: [] } } }, 'modules'],
    ['a misspelled feature in a list', { hiddenBy: { 'hide-sale': ['quotes'] } }, 'hiddenBy.hide-sale.0'],
    ['a misspelled plan', { suite: { modules: { suite2core: 'kore' } } }, 'suite.modules.suite2core'],
    ['a string instead of a list', { modules: { saint: { user: 'saint-cal' } } }, 'modules.saint.user'],
    ['a number instead of a name', { editingLicenses: ['sale-cal', 7] }, 'editingLicenses.1'],
    ['an empty name', { editingLicenses: [' '] }, 'editingLicenses.0'],
    ['a feature without modules', { modules: { saint: null } }, 'modules.saint'],
    ['a removed section', { suite: null }, 'suite'],
    ['a name that consists of the owner only', { editingLicenses: ['superoffice.'] }, 'editingLicenses.0'],
    ['a function right in upper case', { hiddenBy: { 'HIDE-SALE': [] } }, 'hiddenBy.HIDE-SALE'],
    ['a Suite module with hyphens', { suite: { modules: { 'suite-6': 'core' } } }, 'suite.modules.suite-6'],
    ['a confidence without modules', { modules: { forms: { site: [], user: [] } } }, 'modules.forms'],
    ['modules without a confidence', { modules: { saint: { confidence: 'none' } } }, 'modules.saint'],
    ['a feature that contains itself', { containedIn: { saint: 'saint' } }, 'containedIn'],
    ['a chain of contained features', { containedIn: { saint: 'dashboards-default-tiles' } }, 'containedIn'],
    [
      'modules for a group',
      { modules: { email: { user: ['web'], confidence: 'inferred' } } },
      'modules.email',
    ],
    ['a hidden group', { hiddenBy: { 'hide-company': ['contact-management'] } }, 'hiddenBy.hide-company.0'],
    [
      'a Suite plan that does not exist',
      { suite: { needByFeature: { forms: { from: 'basic', confidence: 'inferred' } } } },
      'suite.needByFeature.forms.from',
    ],
    ['the removal of a missing entry', { hiddenBy: { 'HIDE-SALE': null } }, 'hiddenBy.HIDE-SALE'],
    ['an unknown confidence', { modules: { saint: { confidence: 'sure' } } }, 'modules.saint.confidence'],
  ])('reports the path of the invalid value: %s', (_case, patch, path) => {
    expect(invalidPaths(JSON.stringify(patch))).toEqual([path]);
  });

  it('names the unknown key and the unknown feature', () => {
    const read = readText('{"modules": {"saynt": {"user": []}}, "licenses": []}');
    const problems = read.valid ? '' : read.problems.join('\n');
    expect(problems).toContain('"saynt"');
    expect(problems).toContain('"licenses"');
  });

  it('reports all problems at once', () => {
    const patch = {
      modules: { saint: { user: 'saint-cal' }, forms: { confidence: 'sure' } },
      planChanges: { add: 'never' },
    };
    expect(invalidPaths(JSON.stringify(patch)).toSorted()).toEqual([
      'modules.forms.confidence',
      'modules.saint.user',
      'planChanges.add',
    ]);
  });

  it.each(['[]', 'null', '"modules"', '7'])('rejects a file that contains no object: %s', (text) => {
    expect(invalidPaths(text)).toEqual(['the file']);
  });

  it.each(['', '{', '{"modules": {}}}', "{'modules': {}}"])('rejects a file that is not JSON: %j', (text) => {
    expect(readText(text)).toEqual({ valid: false, problems: ['assumptions.json is not JSON'] });
  });

  it('rejects a path that is a directory', () => {
    expect(readAssumptions(folder)).toEqual({
      valid: false,
      problems: ['assumptions.json cannot be read'],
    });
  });

  it('rejects keys that every object inherits', () => {
    expect(invalidPaths('{"__proto__": {"user": []}, "constructor": {}}')).toEqual(['the file']);
  });
});
