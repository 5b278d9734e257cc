import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { featureKeys } from '../src/licensing/catalogue/feature-keys.ts';
import { planKeys } from '../src/licensing/catalogue/user-plans.ts';
import { listFiles, readText } from './support/project-files.ts';

const guide = 'docs/partner-guide.md';
const pages = [guide, ...listFiles('examples', 'README.md').filter((path) => !path.includes('node_modules'))];

/** Code of a page, with the last link to a file of `examples/` before it. */
interface Fragment {
  readonly code: string;
  readonly from: string;
}

function findFragments(page: string, language: string): Fragment[] {
  const text = readText(page);
  const fences = [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(?<code>[\\s\\S]*?)^\`\`\`$`, 'gm'))];
  return fences.map(({ index, groups }) => {
    const links = [...text.slice(0, index).matchAll(/\]\((?<path>[^)#]*examples\/[^)]*)\)/g)];
    const path = links.at(-1)?.groups?.path ?? '';
    return { code: groups?.code ?? '', from: posix.join(posix.dirname(page), path) };
  });
}

describe('partner guide', () => {
  const fragments = findFragments(guide, 'js');

  it('has code', () => {
    expect(fragments.length).toBeGreaterThan(3);
  });

  it.each(fragments)('quotes $from as it is', ({ code, from }) => {
    expect(readText(from)).toContain(code);
  });

  it('runs the command of the README of ci-check', () => {
    const [{ code } = { code: 'none' }] = findFragments(guide, 'sh');
    expect(readText('examples/ci-check/README.md')).toContain(code);
  });

  it('names features and plans that exist', () => {
    const commands = pages.flatMap((page) => [
      ...readText(page).matchAll(/check\.mjs (?<args>--plan [^`\n|]*)/g),
    ]);
    const words = commands.flatMap(({ groups }) => groups?.args?.trim().split(' ') ?? []);
    const known = new Set<string>(['--plan', ...featureKeys, ...planKeys]);
    expect(commands.length).toBeGreaterThan(2);
    expect(words.filter((word) => !known.has(word))).toEqual([]);
  });
});

describe('examples', () => {
  it('read all settings that their READMEs name, and no others', () => {
    const settingsOf = (text: string) => [...new Set(text.match(/\b(?:PLANLENS_\w+|DEMO_USER)\b/g))].sort();
    for (const [folder, program] of [
      ['express-app', 'server.js'],
      ['browser-app', 'server.js'],
      ['curl', 'ask.sh'],
      ['ci-check', 'check.mjs'],
    ])
      expect([folder, settingsOf(readText(`examples/${folder}/README.md`))]).toEqual([
        folder,
        settingsOf(readText(`examples/${folder}/${program}`)),
      ]);
  });

  it('are no part of the package', () => {
    const { files } = JSON.parse(readText('package.json')) as { files: string[] };
    expect(files.filter((path) => path.startsWith('examples'))).toEqual([]);
  });
});
