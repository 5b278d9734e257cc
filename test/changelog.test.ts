import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type ChangelogSection, readSections } from '../tools/changelog.ts';
import { readText, root } from './support/project-files.ts';

const execute = promisify(execFile);
const { version }: { version: string } = JSON.parse(readText('package.json'));
const sections = readSections(readText('CHANGELOG.md'));

describe('CHANGELOG.md', () => {
  it('starts with the unreleased changes, then the version of package.json', () => {
    expect(sections.slice(0, 2).map((section) => section.version)).toEqual(['Unreleased', version]);
  });

  it('dates every version, newest first', () => {
    const [unreleased, ...released] = sections as [ChangelogSection, ...ChangelogSection[]];
    const dates = released.map(({ date }) => date);
    expect(unreleased.date).toBeNull();
    expect(dates).not.toContain(null);
    expect(dates).toEqual(dates.toSorted().reverse());
    for (const section of released) expect(section.version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it('groups changes only as Keep a Changelog does', () => {
    const groups = sections.flatMap(({ text }) =>
      [...text.matchAll(/^### (.+)$/gm)].map(([, group]) => group),
    );
    expect(groups).not.toEqual([]);
    expect(['Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security']).toEqual(
      expect.arrayContaining([...new Set(groups)]),
    );
  });
});

describe('readSections', () => {
  it('separates versions and keeps their text', () => {
    const text = '# Changelog\n\n## [Unreleased]\n\n## [1.0.0] - 2026-01-02\n\n### Added\n\n- A ## b.\n';
    expect(readSections(text)).toEqual([
      { version: 'Unreleased', date: null, text: '' },
      { version: '1.0.0', date: '2026-01-02', text: '### Added\n\n- A ## b.' },
    ]);
  });

  it.each(['1.0.0 - 2026-01-02', '[1.0.0] (2026-01-02)', '[1.0.0] - 2 January'])(
    'refuses the heading %s and names the expected form',
    (heading) => {
      expect(() => readSections(`# Changelog\n\n## ${heading}\n`)).toThrow(/must be "## \[1\.2\.3\] - /);
    },
  );
});

describe('npm run release:notes', () => {
  const printNotes = (tag: string) =>
    execute('npm', ['run', '--silent', 'release:notes', '--', tag], { cwd: root });

  it('prints the section of the tagged version', async () => {
    const { stdout } = await printNotes(`v${version}`);
    expect(stdout.trim()).toBe(sections.find((section) => section.version === version)?.text);
  });

  it('refuses a tag that does not match the version of package.json', async () => {
    await expect(printNotes('v99.0.0')).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: `Tag "v99.0.0" does not match version ${version} in package.json: tag v${version}.\n`,
    });
  });
});
