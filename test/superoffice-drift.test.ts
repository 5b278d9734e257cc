import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { featureKeys } from '../src/licensing/catalogue/feature-keys.ts';
import { compareOpenApi, type Description } from '../tools/drift/compare-openapi.ts';
import { type Drift, findDrift } from '../tools/drift/find-drift.ts';
import { listCitedPages, parseOurPages } from '../tools/drift/our-pages.ts';
import { readValues } from '../tools/drift/pages.ts';
import { listFiles, readText, root } from './support/project-files.ts';

const checkout = mkdtempSync(join(tmpdir(), 'planlens-drift-'));
const files = new Map<string, string>();
/** The files that the current test has changed. */
const changedFiles = new Set<string>();

beforeAll(() => {
  const folders = new Set([...files.keys()].map((file) => dirname(join(checkout, file))));
  for (const folder of folders) mkdirSync(folder, { recursive: true });
  for (const [file, text] of files) writeFileSync(join(checkout, file), text);
});
afterEach(() => {
  for (const file of changedFiles) {
    const text = files.get(file);
    if (text === undefined) remove(file);
    else write(file, text);
  }
  changedFiles.clear();
});
afterAll(() => rmSync(checkout, { recursive: true }));

function write(file: string, text: string): void {
  mkdirSync(dirname(join(checkout, file)), { recursive: true });
  writeFileSync(join(checkout, file), text);
  changedFiles.add(file);
}

function remove(file: string): void {
  rmSync(join(checkout, file));
  changedFiles.add(file);
}

/** Changes a text of a file of the made-up checkout. */
function replace(file: string, text: string, by: string): void {
  const before = readFileSync(join(checkout, file), 'utf8');
  expect(before).toContain(text);
  write(file, before.replace(text, by));
}

const toFile = (path: string, language: string) =>
  path.startsWith('/') ? `${path.slice(1)}.md` : `${language}/${path}.mdx`;

/** A made-up checkout that says exactly what our data say. */
const ours = parseOurPages(readText('docs/superoffice/data/documentation-tiers.tsv'));
for (const [path, { languages }] of listCitedPages())
  for (const language of languages) files.set(toFile(path, language), '---\ntitle: A page\n---\n\nText.\n');
for (const [path, pages] of ours) {
  for (const [language, values] of pages) {
    const fields = Object.entries(values).filter(([, value]) => value !== '');
    const lines = fields.map(([field, value]) => `${field}: ${value}`).join('\n');
    files.set(toFile(path, language), `---\ntitle: A page\n${lines}\n---\n\nText.\n`);
  }
}
files.set('en/a-page-without-requirements.md', '# No front matter\n');
for (const file of listFiles('test/sandbox/openapi', '.json'))
  files.set(`api-sources/openapi/agent/${file.split('/').at(-1)}`, readText(file));
const targets = 'en/customization/soprotocol/navigation-points.md';
files.set(targets, readText('docs/superoffice/changes-2026.md'));

const find = () =>
  Object.fromEntries(findDrift(root, checkout).map(({ title, lines }: Drift) => [title, lines]));
const nothing = {
  'Front matter': [],
  'Front matter that is not YAML': [],
  'API descriptions': [],
  'SoProtocol targets': [],
};

describe('drift of the documentation', () => {
  it('is nothing for a checkout that says what our data say', () => {
    expect(ours.size).toBeGreaterThan(500);
    expect(find()).toEqual(nothing);
  });

  it('names a page whose license, tier or right has changed, in which languages, and the features that cite it', () => {
    for (const language of ['en', 'de']) {
      const file = `${language}/sale/learn/sales-guides.mdx`;
      replace(file, 'license: salespremium', 'license: salesessentials');
      replace(file, 'tier: growth', 'tier: core\nfunctional_right: Sales administrator');
    }
    expect(find()['Front matter']).toEqual([
      'changed sale/learn/sales-guides (en, de): license salespremium → salesessentials, tier growth → core, functional_right none → Sales administrator; cited for sales-guide',
    ]);
  });

  it('names a value that is gone', () => {
    replace('en/lead/learn/index.mdx', 'license: salesessentials\n', '');
    expect(find()['Front matter']).toEqual([
      expect.stringMatching(/^changed lead\/learn\/index \(en\): license salesessentials → none/),
    ]);
  });

  it('names a page that states a requirement for the first time, and no page that states none', () => {
    write('en/lead/learn/score.md', '---\nlicense: salespremium\ntier: growth\n---\n');
    write('integrations/new/index.mdx', '---\r\ntier: [core, growth]\r\n---\r\n');
    write('en/lead/learn/plain.md', '---\ntitle: Plain\n---\n');
    write('nl/sale/learn/new.md', '');
    expect(find()['Front matter']).toEqual([
      'added /integrations/new/index (en): tier core, growth',
      'added lead/learn/score (en): license salespremium, tier growth',
    ]);
  });

  it('names a page that is gone, also one that states no requirement but is cited', () => {
    remove('nl/sale/learn/sales-guides.mdx');
    remove('en/mobile/index.mdx');
    remove('release-notes/eol/reports.md');
    expect(find()['Front matter']).toEqual([
      'removed /release-notes/eol/reports (en); cited for standard-service-reports',
      expect.stringMatching(/^removed mobile\/index \(en\); cited for mobile-crm/),
      'removed sale/learn/sales-guides (nl); cited for sales-guide',
    ]);
  });

  it('names front matter that cannot be read instead of ending', () => {
    write('en/broken.md', '---\ntitle: "A page\n---\n');
    expect(find()).toEqual({ ...nothing, 'Front matter that is not YAML': ['en/broken.md'] });
  });

  it('names the targets that the page with all targets no longer has, and what they open', () => {
    replace(targets, 'stakeholderarchive', 'stakeholders');
    replace(targets, '`adminusers`', '`adminpeople`');
    expect(find()['SoProtocol targets']).toEqual([
      'removed target sale.main.stakeholderarchive; opened for stakeholders',
      'removed target adminusers; opened for administrators',
    ]);
    remove(targets);
    expect(find()['SoProtocol targets']?.length).toBeGreaterThan(20);
  });

  it('cites a page for every feature of the catalogue', () => {
    const cited = new Set([...listCitedPages().values()].flatMap(({ by }) => by));
    expect(featureKeys.filter((key) => !cited.has(key))).toEqual([]);
  });
});

describe('front matter', () => {
  it.each([
    ['\uFEFF---\r\ntier: core\r\n---\r\n', { license: '', tier: 'core', functional_right: '' }],
    ['---\nlicense:\nfunctional_right: ""\ntier: 5\n---\n', { license: '', tier: '', functional_right: '' }],
    [
      '---\nlicense: " cep "\n---\n---\ntier: core\n---\n',
      { license: 'cep', tier: '', functional_right: '' },
    ],
    ['Text\n---\ntier: core\n---\n', { license: '', tier: '', functional_right: '' }],
    ['---\n- a list\n---\n', null],
    ['---\ntitle: [\n---\n', null],
  ])('of %j is read as %j', (text, values) => {
    expect(readValues(text)).toEqual(values);
  });
});

describe('drift of the API descriptions', () => {
  const path = '/api/v1/Agents/License/GetShopUrl';
  const excerpt: Description = {
    paths: { [path]: { post: { responses: { 200: { schema: { type: 'string' } } } } } },
    definitions: {
      Limit: {
        type: 'object',
        properties: { Maximum: { type: 'integer' }, Kind: { type: 'string', enum: ['A', 'B'] } },
      },
    },
  };
  const changed = (change: (published: Description) => void): readonly string[] => {
    const published = structuredClone(excerpt);
    change(published);
    return compareOpenApi([excerpt], [published]);
  };

  it('is nothing for other operations, other definitions and texts', () => {
    const lines = changed(({ paths, definitions }) => {
      paths['/api/v1/Agents/License/New'] = { post: { responses: {} } };
      definitions.Other = {};
      definitions.Limit = { ...definitions.Limit, description: 'A text' };
    });
    expect(lines).toEqual([]);
  });

  it.each<[string, (published: Description) => void]>([
    [`removed POST ${path}`, ({ paths }) => delete paths[path]?.post],
    [`removed POST ${path} response 200`, ({ paths }) => delete paths[path]?.post?.responses[200]],
    [
      `changed POST ${path} response 200`,
      ({ paths }) => Object.assign(paths[path]?.post?.responses[200] ?? {}, { schema: { type: 'object' } }),
    ],
    ['removed Limit', ({ definitions }) => delete definitions.Limit],
    ['removed Limit property Kind', ({ definitions }) => delete properties(definitions).Kind],
    ['added Limit property New', ({ definitions }) => Object.assign(properties(definitions), { New: {} })],
    [
      'changed Limit property Kind',
      ({ definitions }) => Object.assign(properties(definitions).Kind ?? {}, { enum: ['A', 'B', 'C'] }),
    ],
    ['changed Limit', ({ definitions }) => Object.assign(definitions.Limit ?? {}, { required: ['Maximum'] })],
  ])('is one line: %s', (line, change) => {
    expect(changed(change)).toEqual([line]);
  });

  it('is every operation if the descriptions are missing', () => {
    expect(compareOpenApi([excerpt], [])).toEqual([`removed POST ${path}`, 'removed Limit']);
  });

  function properties(definitions: Description['definitions']): Record<string, object> {
    return definitions.Limit?.properties as Record<string, object>;
  }
});

describe('npm run superoffice:drift', () => {
  const run = (folder: string) =>
    new Promise<{ code: unknown; output: string }>((resolve) => {
      const args = ['run', '--silent', 'superoffice:drift', '--', folder];
      execFile('npm', args, { cwd: root }, (error, stdout, stderr) =>
        resolve({ code: error?.code ?? 0, output: stdout + stderr }),
      );
    });

  it('succeeds if there is no drift', async () => {
    expect(await run(checkout)).toEqual({
      code: 0,
      output:
        'Front matter: 0\nFront matter that is not YAML: 0\nAPI descriptions: 0\nSoProtocol targets: 0\n',
    });
  });

  it('prints each kind of drift with its lines, and fails if there is any', async () => {
    remove('nl/sale/learn/sales-guides.mdx');
    expect(await run(checkout)).toEqual({
      code: 1,
      output:
        'Front matter: 1\n  removed sale/learn/sales-guides (nl); cited for sales-guide\nFront matter that is not YAML: 0\nAPI descriptions: 0\nSoProtocol targets: 0\n',
    });
  });

  it('names what is missing in a folder that is no checkout', async () => {
    const { code, output } = await run(join(checkout, 'en'));
    expect(code).toBe(2);
    expect(output).toContain('name a checkout of github.com/SuperOfficeDocs/docs');
  });
});
