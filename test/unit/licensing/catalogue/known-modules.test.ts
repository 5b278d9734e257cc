import { describe, expect, it } from 'vitest';
import { isKnownModule, knownModules } from '../../../../src/licensing/catalogue/known-modules.ts';
import { readText } from '../../../support/project-files.ts';
import { assumptions } from '../fixtures/engine.ts';

describe('known modules', () => {
  const { modules } = assumptions;

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

  it('every license constant of version 12.2 with a known name is known, and three more names are', () => {
    const [, ...rows] = readText('docs/superoffice/data/license-names.tsv').trimEnd().split('\n');
    const constants = new Map(
      rows.map((row) => row.split('\t')).map(([name = '', module = '']) => [name, module]),
    );
    const published = [...constants.values()].filter((module) => module !== '?');
    expect(published.filter((module) => !isKnownModule(module))).toEqual([]);
    expect(knownModules.filter((name) => !published.includes(name))).toEqual([
      'ad-auth',
      'engagement',
      'synchronizer',
    ]);
    expect([constants.has('AdAuth'), constants.get('Demo')]).toEqual([false, '?']);
  });

  it('a documented name is known and any other name is not', () => {
    expect(isKnownModule('sale-cal')).toBe(true);
    expect(isKnownModule('?')).toBe(false);
    expect(isKnownModule('constructor')).toBe(false);
  });
});
