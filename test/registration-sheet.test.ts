import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readManifest } from '../manifest/tools/read-manifest.ts';
import { registrationSheet } from '../manifest/tools/registration-sheet.ts';
import { root } from './support/project-files.ts';

const publicUrl = 'https://planlens.example';
const { manifest } = readManifest(join(root, 'manifest'));

function sheet(environment: string) {
  if (manifest === null) throw new Error('the manifest is not readable');
  return registrationSheet(manifest, environment, publicUrl);
}
const fieldsOf = (environment: string) => sheet(environment).flatMap(({ fields }) => fields);
const valuesOf = (environment: string, label: string) =>
  fieldsOf(environment).find((field) => field.label === label)?.values;

describe('registration sheet', () => {
  it.each(['sod', 'stage', 'online'])('lists every field to fill in for %s, with our own URLs', (name) => {
    expect(sheet(name).map(({ title }) => title)).toEqual([
      'Developer Portal: application',
      `Developer Portal: configuration of ${name}`,
      'What the app is started with',
      'What it sets up in each tenant',
      ...['Danish', 'German', 'English', 'Dutch', 'Norwegian', 'Swedish'].map((each) => `App Store: ${each}`),
    ]);
    expect(valuesOf(name, 'Redirect URLs')).toEqual([`${publicUrl}/auth/callback`]);
    expect(valuesOf(name, 'Customer state change')).toEqual([`${publicUrl}/callbacks/state-change`]);
    expect(valuesOf(name, 'Link: Disabled')).toEqual([`${publicUrl}/uninstall`]);
    expect(valuesOf(name, 'SUPEROFFICE_ENVIRONMENT')).toEqual([name]);
  });

  it('leaves no placeholder to fill in by hand and no insecure URL', () => {
    const text = JSON.stringify(sheet('sod'));
    expect(text).not.toMatch(/[{]PUBLIC_URL|undefined|null/);
    expect(text.match(/https?:\/\/[^/"<]+/g)?.filter((origin) => origin.startsWith('http:'))).toEqual([]);
  });

  it('rejects an unknown environment', () => {
    expect(() => sheet('production')).toThrow('no environment production');
  });
});
