import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkLinks, type Files, findAnchors, findComments, toSlug } from './support/links.ts';
import { readText, root } from './support/project-files.ts';

/** The tracked files that exist; one with a NUL is binary. */
function readTrackedFiles(): Files {
  const listed = execFileSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' });
  const paths = listed.split('\0').filter((path) => path !== '' && existsSync(join(root, path)));
  const texts = paths.map((path) => [path, readText(path)] as const);
  return new Map(texts.map(([path, text]) => [path, text.includes('\0') ? '' : text]));
}

describe('links and citations', () => {
  it('resolve in every tracked file, and no file contains a path of one machine', () => {
    const files = readTrackedFiles();
    expect(files.size).toBeGreaterThan(100);
    expect(checkLinks(files)).toEqual([]);
  });
});

describe('checkLinks', () => {
  const page = '# Rules\n\n## 2.1 Token request\n\n1. <a id="rule-1"></a>Reject it.\n';

  /** The problems of one file in a repository that also has a page and a README. */
  function check(path: string, text: string): string[] {
    return checkLinks(
      new Map([
        ['docs/page.md', page],
        ['README.md', ''],
        [path, text],
      ]),
    );
  }

  it.each([
    ['[a](page.md#21-token-request)'],
    ['[a](page.md#rule-1), [b](../README.md), [c](.) and [d](../docs)'],
    ['[a](https://example.com/missing.md#x) and [b](mailto:a@example.com)'],
    ['`[a](missing.md)`\n\n```md\n[a](missing.md)\n```'],
    ['## Here\n\n[a](#here)\n\n[b]: page.md#rules'],
  ])('accepts the Markdown %j', (text) => {
    expect(check('docs/other.md', text)).toEqual([]);
  });

  it.each([
    ['[a](page.md#rule-2)', 'docs/page.md has no heading or id "rule-2"'],
    ['[a](#here)', 'docs/other.md has no heading or id "here"'],
    ['![a](missing.png)', 'docs/missing.png does not exist'],
    ['[a]: ../missing.md', 'missing.md does not exist'],
    ['[a](../../elsewhere.md)', 'a path outside the repository does not exist'],
  ])('reports the Markdown %j', (text, problem) => {
    expect(check('docs/other.md', `\n${text}\n`)).toEqual([`docs/other.md:2: ${problem}`]);
  });

  it.each([
    ['src/a.ts', '/** Rejects it (docs/page.md#rule-1). */'],
    ['src/a.ts', '// See docs/page.md#rule-1, #21-token-request\n// and README.md.'],
    ['src/a.ts', "const glob = 'docs/**/*.md';\nconst name = 'missing.md'; // a name"],
    ['public/a.css', '/* docs/page.md */'],
    ['views/a.ejs', '<%# docs/page.md#rules %>\n<p>missing.md</p>'],
  ])('accepts the comment of %s in %j', (path, text) => {
    expect(check(path, text)).toEqual([]);
  });

  it.each([
    ['src/a.ts', '/** See docs/page.md#rule-2. */', 'docs/page.md has no heading or id "rule-2"'],
    ['src/a.ts', '// See docs/page.md#rule-1 and #rule-2.', 'docs/page.md has no heading or id "rule-2"'],
    ['src/a.ts', 'run(); // See docs/missing.md.', 'docs/missing.md does not exist'],
    ['src/a.ts', '/** See page.md rule 1. */', 'page.md is cited without its path'],
    ['public/a.css', '/* page.md */', 'page.md is cited without its path'],
    ['views/a.ejs', '<%# docs/page.md#none %>', 'docs/page.md has no heading or id "none"'],
  ])('reports the comment of %s in %j', (path, text, problem) => {
    expect(check(path, text)).toEqual([`${path}:1: ${problem}`]);
  });

  it.each([
    [['..', 'shared', 'notes'].join('/'), ['..', 'shared'].join('/')],
    [['', 'work', 'main', 'src'].join('/'), ['', 'work', 'main'].join('/')],
    [['', 'home', 'kari', 'planlens'].join('/'), ['', 'home', 'kari', 'planlens'].join('/')],
    [['C:', 'Users', 'kari'].join('\\'), ['C:', 'Users', 'kari'].join('\\')],
  ])('reports the path %s anywhere', (path, named) => {
    expect(check('a.json', `{ "path": "${path}" }`)).toEqual([`a.json:1: ${named} is a path of one machine`]);
  });

  it('accepts paths of a container, a URL and a temporary folder', () => {
    const url = ['https://a.example', 'work', 'b'].join('/');
    expect(check('a.json', `${url} /home/node/app /var/tmp/planlens /api/root/x`)).toEqual([]);
  });
});

describe('findAnchors', () => {
  it('numbers headings of the same name and skips fenced code', () => {
    const anchors = findAnchors('# A\n## A\n### A-1\n```\n# B\n```\n');
    expect([...anchors]).toEqual(['a', 'a-1', 'a-1-1']);
  });

  it.each([
    ['2.1 Authorize request', '21-authorize-request'],
    ['3. id_token', '3-id_token'],
    ['6. Modules & `set=` (*two* → one)', '6-modules--set-two--one'],
    ['A [link](b.md) and _more_', 'a-link-and-more'],
    ['Größe – Ærlig', 'größe--ærlig'],
  ])('gives %j the anchor GitHub gives it', (heading, slug) => {
    expect(toSlug(heading)).toBe(slug);
  });
});

describe('findComments', () => {
  it('blanks code and strings and keeps the lines', () => {
    const source = "a('/* no */'); // a\n/* b\n c */ d(' // no') // e\n";
    expect(findComments('a.ts', source)).toBe(`${' '.repeat(15)}// a\n/* b\n c */ ${' '.repeat(11)} // e\n`);
  });
});
