import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { loadVendor } from '../../../../src/web/rendering/vendor.ts';
import { createLanding } from '../../../../src/web/setup/landing.ts';
import { root } from '../../../support/project-files.ts';
import { createApp, languages, listening, views } from '../harness.ts';

const placeholders = loadVendor(join(root, 'manifest', 'vendor.json'));
const vendor = { ...placeholders, name: 'A vendor', terms: 'https://vendor.example/terms' };

describe('the landing page', () => {
  const server = listening(createApp(createLanding({ languages, views, vendor })));
  const get = (path: string, acceptLanguage: string) =>
    request(server).get(path).set('Accept-Language', acceptLanguage);

  it.each([
    ['/?lang=de', 'en', 'de'],
    ['/?lang=sv', 'de', 'sv'],
    ['/?lang=fr', 'da', 'da'],
    ['/', 'fr, nl;q=0.5', 'nl'],
    ['/', 'fr', 'en-GB'],
    ['/', 'nb-NO', 'no'],
  ])('responds at %s to Accept-Language %s in %s', async (path, acceptLanguage, expected) => {
    const { text, headers } = await get(path, acceptLanguage);
    expect(text).toContain(`<html lang="${expected}">`);
    expect(headers.vary).toBe('Accept-Language');
    expect(headers['set-cookie']).toBeUndefined();
  });

  it('links to itself in six languages, each by its own name, and marks the one it is in', async () => {
    const { text } = await get('/', 'no');
    const links = [
      ...text.matchAll(/<a href="\?lang=(\w+)" lang="\1" hreflang="\1"( aria-current="true")?>(\w+)</g),
    ];
    expect(links.map(([, code, current, name]) => [code, name, current !== undefined])).toEqual([
      ['en', 'English', false],
      ['de', 'Deutsch', false],
      ['no', 'Norsk', true],
      ['sv', 'Svenska', false],
      ['da', 'Dansk', false],
      ['nl', 'Nederlands', false],
    ]);
  });

  it('carries the chosen language into the installation', async () => {
    const { text } = await get('/?lang=da', 'en');
    expect(text).toContain('<form method="post" action="/install?lang=da">');
  });

  it('shows a picture of the panel in the size that the file has', async () => {
    const { text } = await get('/', 'en');
    const [, file = '', width, height, alt] =
      /<img src="\/assets\/[\w-]+\/([\w.]+)" width="(\d+)" height="(\d+)" alt="([^"]+)">/.exec(text) ?? [];
    const picture = readFileSync(join(root, 'public', file));
    expect(readWebpSize(picture)).toEqual({ width: Number(width), height: Number(height) });
    expect(picture.length).toBeLessThan(60_000);
    expect(alt).toContain('41 of 62 features enabled');
  });

  it('names the vendor and links what it has stated', async () => {
    const { text } = await get('/', 'en');
    expect(text).toContain('<dd>A vendor</dd>');
    expect(text).toContain('<a href="https://vendor.example/terms">vendor.example/terms</a>');
    expect(text).not.toContain('TO BE FILLED IN');
  });
});

/** The size of a WebP picture in the extended format (RFC 9649, section 2.7). */
function readWebpSize(file: Buffer): { width: number; height: number } {
  expect(file.toString('latin1', 8, 16)).toBe('WEBPVP8X');
  return { width: file.readUIntLE(24, 3) + 1, height: file.readUIntLE(27, 3) + 1 };
}
