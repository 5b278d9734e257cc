import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readManifest } from '../manifest/tools/read-manifest.ts';
import { createRegistrationSheet } from '../manifest/tools/registration-sheet.ts';
import { root } from './support/project-files.ts';

const publicUrl = 'https://planlens.example';
const { manifest } = readManifest(join(root, 'manifest'));

function sheet(environment: string) {
  if (manifest === null) throw new Error('the manifest is invalid');
  return createRegistrationSheet(manifest, environment, publicUrl);
}
const getFields = (environment: string) => sheet(environment).flatMap(({ fields }) => fields);
const getValues = (environment: string, label: string) =>
  getFields(environment).find((field) => field.label === label)?.values;

describe('registration sheet', () => {
  it.each(['sod', 'stage', 'online'])('lists every field to fill in for %s, with our own URLs', (name) => {
    expect(sheet(name).map(({ title }) => title)).toEqual([
      'Developer Portal: application',
      `Developer Portal: configuration of ${name}`,
      'Environment of the app',
      'Provisioned in each tenant',
      ...['Danish', 'German', 'English', 'Dutch', 'Norwegian', 'Swedish'].map((each) => `App Store: ${each}`),
    ]);
    expect(getValues(name, 'Redirect URLs')).toEqual([`${publicUrl}/auth/callback`]);
    expect(getValues(name, 'Customer state change')).toEqual([`${publicUrl}/callbacks/state-change`]);
    expect(getValues(name, 'Link: Disabled')).toEqual([`${publicUrl}/uninstall`]);
    expect(getValues(name, 'SUPEROFFICE_ENVIRONMENT')).toEqual([name]);
  });

  it('takes vendor, support, terms and price from the vendor file', () => {
    if (manifest === null) throw new Error('the manifest is invalid');
    const price = { en: 'EUR 2', de: '2 EUR', no: 'c', sv: 'd', da: 'e', nl: 'f' };
    const vendor = { ...manifest.vendor, name: 'A vendor', terms: 'https://vendor.example/terms', price };
    const support = { ...vendor.support, page: 'https://vendor.example/help' };
    const sections = createRegistrationSheet(
      { ...manifest, vendor: { ...vendor, support } },
      'sod',
      publicUrl,
    );
    const values = (label: string) =>
      sections
        .flatMap(({ fields }) => fields.filter((field) => field.label === label))
        .map((field) => field.values);
    expect(values('Vendor')).toEqual([['A vendor']]);
    expect(values('Link: Support')).toEqual(Array(6).fill(['https://vendor.example/help']));
    expect(values('Terms')).toEqual(Array(6).fill(['https://vendor.example/terms']));
    expect(values('Price')).toEqual([['e'], ['2 EUR'], ['EUR 2'], ['f'], ['c'], ['d']]);
  });

  it('leaves no placeholder to fill in by hand and no insecure URL', () => {
    const text = JSON.stringify(sheet('sod'));
    expect(text).not.toMatch(/[{](PUBLIC_URL|SUPPORT|PROBLEM)|undefined|null/);
    expect(text.match(/https?:\/\/[^/"<]+/g)?.filter((origin) => origin.startsWith('http:'))).toEqual([]);
  });

  it('rejects an unknown environment', () => {
    expect(() => sheet('production')).toThrow('no environment production');
  });
});
