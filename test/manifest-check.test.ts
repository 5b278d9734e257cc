import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { type ImageFacts, readImageFacts } from '../manifest/tools/image-facts.ts';
import { readManifest } from '../manifest/tools/read-manifest.ts';
import { reportValidation } from '../manifest/tools/report.ts';
import { findProblems, icons } from '../manifest/tools/rules.ts';
import { validateManifest } from '../manifest/tools/validate.ts';
import { vendorPlaceholder } from '../src/web/rendering/vendor.ts';
import { listFiles, root } from './support/project-files.ts';

type Json = Record<string, unknown>;
const manifestFolder = join(root, 'manifest');
const screenshot: ImageFacts = { width: 1920, height: 1080, transparent: false };

/** Valid pictures, so that each test adds one fault. */
const pictures = () =>
  new Map<string, ImageFacts | null>([
    ...Object.entries(icons).map(([file, size]): [string, ImageFacts] => [
      file,
      { width: size, height: size, transparent: true },
    ]),
    ...listFiles('manifest/images/screenshots', '.png').map((file): [string, ImageFacts] => [
      file.replace('manifest/images/', ''),
      screenshot,
    ]),
  ]);

describe('manifest', () => {
  const folder = mkdtempSync(join(tmpdir(), 'planlens-manifest-'));
  let images: Map<string, ImageFacts | null>;
  beforeEach(() => {
    cpSync(manifestFolder, folder, { recursive: true });
    images = pictures();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  /** The problems, as `file where: message`. */
  function findAll(): string[] {
    const { manifest, problems } = readManifest(folder);
    const all = manifest === null ? problems : findProblems(manifest, images);
    return all.map(({ file, where, message }) => `${file} ${where}: ${message}`);
  }
  function change(file: string, edit: (content: Json) => void): void {
    const content = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Json;
    edit(content);
    writeFileSync(join(folder, file), JSON.stringify(content));
  }
  const set = (file: string, path: string, value: unknown) =>
    change(file, (content) => {
      const names = path.split('.');
      const last = names.pop() ?? '';
      const inner = names.reduce((at, name) => at[name] as Json, content);
      inner[last] = value;
    });

  // certifies R2, R33, R49
  it('the shipped manifest is valid, including its pictures and generated files', () => {
    expect(validateManifest(manifestFolder, root).problems).toEqual([]);
  });

  it.each([
    ['schema/listing.json', '{}', 'is not up to date'],
    ['provisioned.md', '# Nothing', 'is not up to date'],
    ['certification/checklist.md', '# Complete', 'is not up to date'],
    ['images/icon-home-488.png', 'no picture', 'is not a transparent PNG of 488 x 488'],
  ])('reports that %s was edited by hand', (file, content, message) => {
    writeFileSync(join(folder, file), content);
    expect(validateManifest(folder, root).problems).toEqual([{ file, where: '', message }]);
  });

  it('reports an outdated list of provisioned panels when a panel changes', () => {
    set('web-panels.json', '0.name', 'Planlens plans');
    expect(validateManifest(folder, root).problems).toEqual([
      { file: 'provisioned.md', where: '', message: 'is not up to date' },
    ]);
  });

  describe('with placeholders of the vendor', () => {
    const url = 'https://vendor.example';
    const email = 'it@vendor.example';
    const inAllLanguages = { en: 'a', de: 'b', no: 'c', sv: 'd', da: 'e', nl: 'f' };
    const vendor = {
      ...{ name: 'A vendor', address: 'Street 1, Norway', website: url, privacyStatement: url, terms: url },
      support: { page: url, problemReports: url, email, hours: inAllLanguages },
      contacts: { technical: email, errorReports: email, uninstallReports: email },
      ...{ dataLocation: inAllLanguages, price: inAllLanguages },
    };

    /** Fills in every placeholder in the copy of the manifest, and updates its generated files. */
    function fillIn(): void {
      writeFileSync(join(folder, 'vendor.json'), JSON.stringify(vendor));
      for (const file of ['certification/self-assessment.md', 'docs/privacy.md']) {
        const text = readFileSync(join(folder, file), 'utf8');
        writeFileSync(join(folder, file), text.replaceAll(vendorPlaceholder, 'filled in'));
      }
      for (const [file, content] of validateManifest(folder, root).generated)
        writeFileSync(join(folder, file), content);
    }

    it('passes the check with a warning that names each', () => {
      set('vendor.json', 'support.email', vendorPlaceholder);
      const { lines, exitCode } = reportValidation(validateManifest(folder, root), { isRelease: false });
      expect(exitCode).toBe(0);
      expect(lines).toEqual([
        expect.stringMatching(/^Warning: a release refuses .* manifest\/vendor\.json support\.email\b/),
        'The manifest is valid.',
      ]);
    });

    it('refuses a release for a single one, and names it', () => {
      fillIn();
      set('vendor.json', 'support.email', vendorPlaceholder);
      const { placeholders } = validateManifest(folder, root);
      const { lines, exitCode } = reportValidation({ problems: [], placeholders }, { isRelease: true });
      expect(exitCode).toBe(1);
      expect(lines[0]).toBe(
        'manifest/vendor.json support.email: must be filled in by the vendor before a release',
      );
      expect(lines).toHaveLength(2);
    });

    it('permits a release once all are filled in', () => {
      fillIn();
      expect(reportValidation(validateManifest(folder, root), { isRelease: true })).toEqual({
        lines: ['The manifest is valid.'],
        exitCode: 0,
      });
    });

    it('are refused by the command of the release workflow', () => {
      const { placeholders } = validateManifest(manifestFolder, root);
      const args = ['--import', 'tsx', 'manifest/tools/check.ts', '--release'];
      const { status, stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
      expect(status).toBe(placeholders.length === 0 ? 0 : 1);
      for (const { file, where } of placeholders)
        expect(stdout).toContain(
          `manifest/${file} ${where}: must be filled in by the vendor before a release\n`,
        );
    });

    it('finds one in a line of a guide', () => {
      fillIn();
      writeFileSync(join(folder, 'docs/privacy.md'), `# Privacy\n\n${vendorPlaceholder}: the controller\n`);
      expect(validateManifest(folder, root).placeholders).toMatchObject([
        { file: 'docs/privacy.md', where: 'line 3' },
      ]);
    });
  });

  it.each<[string, string, unknown, string]>([
    ['app.json', 'name', 'Plan:lens', 'app.json name: has a character'],
    ['app.json', 'name', 'x'.repeat(65), 'app.json name: Too big'],
    ['app.json', 'seoName', 'Planlens', 'app.json seoName: is not lower case'],
    ['app.json', 'templates', ['Desktop'], 'app.json templates.0: Invalid option'],
    ['app.json', 'clientSecret', 'x', 'app.json : Unrecognized key'],
    ['vendor.json', 'terms', 'http://vendor.example/', 'vendor.json terms: Invalid'],
    ['vendor.json', 'support.email', 'help', 'vendor.json support.email: Invalid'],
    ['vendor.json', 'price', { en: 'Free' }, 'vendor.json price: Invalid'],
    ['listing/en.json', 'header', 'x'.repeat(99), 'listing/en.json header: Too big'],
    ['listing/en.json', 'about', 'word '.repeat(201), 'listing/en.json about: has more than 200 words'],
    ['listing/en.json', 'keyFeatures', Array(11).fill('x'), 'listing/en.json keyFeatures: Too big'],
    ['listing/en.json', 'categories', ['Games'], 'listing/en.json categories.0: Invalid option'],
    ['listing/en.json', 'markets', ['Atlantis'], 'listing/en.json markets.0: Invalid option'],
    ['listing/en.json', 'appLanguages', ['Klingon'], 'listing/en.json appLanguages.0: Invalid option'],
    ['listing/en.json', 'links.0.type', 'Buy', 'listing/en.json links.0.type: Invalid option'],
    [
      'listing/en.json',
      'links.0.url',
      'http://planlens.example/',
      'listing/en.json links.0.url: is neither https',
    ],
    [
      'listing/en.json',
      'links',
      [{ type: 'Support', url: 'https://a.example' }],
      'listing/en.json links: has no link',
    ],
    ['listing/en.json', 'seo.description', 'short', 'listing/en.json seo.description: Too small'],
    ['listing/en.json', 'seo.description', 'x'.repeat(161), 'listing/en.json seo.description: Too big'],
    [
      'listing/en.json',
      'seo.description',
      `${'x'.repeat(60)}!`,
      'listing/en.json seo.description: has more than',
    ],
    ['listing/en.json', 'language', 'German', 'listing/en.json language: is not the language of en'],
    [
      'listing/en.json',
      'pictures.0.file',
      '01-other.png',
      'listing/en.json pictures.0: 01-other.png is missing',
    ],
    ['listing/en.json', 'pictures.0.alt', '', 'listing/en.json pictures.0.alt: Too small'],
    [
      'environments/sod.json',
      'loginUrl',
      'https://online.superoffice.com',
      'environments/sod.json loginUrl: is not the login URL of sod',
    ],
    [
      'environments/sod.json',
      'redirectUrls',
      ['{PUBLIC_URL}/other'],
      'environments/sod.json redirectUrls: lacks',
    ],
    [
      'environments/sod.json',
      'redirectUrls',
      ['http://planlens.example/auth/callback'],
      'environments/sod.json redirectUrls.0: does not begin',
    ],
    [
      'environments/sod.json',
      'stateChangeUrl',
      '{PUBLIC_URL}/state',
      'environments/sod.json stateChangeUrl: is not',
    ],
    [
      'environments/sod.json',
      'uninstallUrl',
      '{PUBLIC_URL}/remove',
      'environments/sod.json uninstallUrl: is not',
    ],
    [
      'environments/sod.json',
      'clientSecret',
      'the secret itself',
      'environments/sod.json clientSecret: Invalid input',
    ],
    ['web-panels.json', '0.url', '{PUBLIC_URL}/panel?usid=<usid>', 'web-panels.json 0.url: lacks <uctx>'],
    ['web-panels.json', '0.url', '{PUBLIC_URL}/panel?uctx=<uctx>', 'web-panels.json 0.url: lacks <usid>'],
    [
      'web-panels.json',
      '0.url',
      '{PUBLIC_URL}/panel?uctx=<uctx>&usid=<usid>&t=<usec>',
      'web-panels.json 0.url: requests a credential',
    ],
    [
      'web-panels.json',
      '0.url',
      'http://elsewhere.example/?uctx=<uctx>&usid=<usid>',
      'web-panels.json 0.url: is not the URL of our panel',
    ],
    [
      'web-panels.json',
      '1.progId',
      'planlens.web-panel.main',
      'web-panels.json 1.progId: planlens.web-panel.main is a duplicate',
    ],
    [
      'web-panels.json',
      '1.windowName',
      'PlanlensMain',
      'web-panels.json 1.windowName: PlanlensMain is a duplicate',
    ],
    [
      'web-panels.json',
      '0.tooltip.de',
      'x'.repeat(100),
      'web-panels.json 0.tooltip: has more than 254 characters',
    ],
    ['web-panels.json', '0.tooltip.de', 'a "b"', 'web-panels.json 0.tooltip.de: has a quotation mark'],
    ['web-panels.json', '0.windowName', 'Main', 'web-panels.json 0.windowName: does not begin with planlens'],
    ['web-panels.json', '0.visibleIn', 'Everywhere', 'web-panels.json 0.visibleIn: Invalid option'],
    ['webhook.json', 'events', ['sale.created'], 'webhook.json events.0: Invalid option'],
  ])('rejects %s when %s is %j', (file, path, value, problem) => {
    set(file, path, value);
    expect(findAll()).toHaveLength(1);
    expect(findAll()[0]?.slice(0, problem.length)).toBe(problem);
  });

  it.each<[string, ImageFacts | null, string]>([
    ['screenshots/01-what-your-plan-holds.png', { ...screenshot, transparent: true }, 'is transparent'],
    ['screenshots/01-what-your-plan-holds.png', { ...screenshot, height: 1200 }, 'is not 16:9'],
    [
      'screenshots/01-what-your-plan-holds.png',
      { width: 1280, height: 720, transparent: false },
      'is not between',
    ],
    ['screenshots/01-what-your-plan-holds.png', null, 'is not a PNG'],
    [
      'icon-home-488.png',
      { width: 488, height: 488, transparent: false },
      'is not a transparent PNG of 488 x 488',
    ],
    [
      'icon-detail-488.png',
      { width: 512, height: 512, transparent: true },
      'is not a transparent PNG of 488 x 488',
    ],
    ['logo-1080.png', null, 'is not a transparent PNG of 1080 x 1080'],
  ])('rejects the picture %s with the properties %j', (file, facts, problem) => {
    images.set(file, facts);
    const found = findAll();
    expect(found).toHaveLength(file.startsWith('screenshots') ? 6 : 1);
    for (const each of found) expect(each).toContain(problem);
  });

  it.each(['environments/stage.json', 'listing/nl.json'])('reports that %s is missing', (file) => {
    rmSync(join(folder, file));
    expect(findAll()).toEqual([`${file} : is missing`]);
  });
});

describe('imageFacts', () => {
  it('reads the size and transparency of a PNG and rejects any other data', () => {
    const icon = readFileSync(join(manifestFolder, 'images', 'icon-home-488.png'));
    expect(readImageFacts(icon)).toEqual({ width: 488, height: 488, transparent: true });
    expect(readImageFacts(Buffer.from('<svg>'))).toBeNull();
    expect(readImageFacts(icon.subarray(0, 20))).toBeNull();
  });
});
