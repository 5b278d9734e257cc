import { describe, expect, it } from 'vitest';
import { listFiles, readText } from './support/project-files.ts';

const files = ['views', 'sandbox/views', 'manifest/tools'].flatMap((folder) => listFiles(folder, '.ejs'));
const lines = files.flatMap((file) =>
  readText(file)
    .split('\n')
    .map((text, index) => ({ text, position: `${file}:${index + 1}` })),
);

function positionsOf(isWrong: (line: string) => boolean): string[] {
  return lines.filter(({ text }) => isWrong(text)).map(({ position }) => position);
}

const blocks = [
  'address|article|aside|blockquote|body|caption|dd|details|div|dl|dt|fieldset|footer|form|h[1-6]|head|header',
  'html|legend|li|main|nav|noscript|ol|option|p|pre|section|select|summary|table|tbody|td|th|thead|tr|ul',
];
const openingBlock = new RegExp(`<(?:${blocks.join('|')})(?![\\w-])`, 'g');
const controlScriptlet = /<%(?![=#-])/;
const onlyScriptlet = /^ *<%(?:(?!%>).)*(?:%>)?$/;

describe('a line of a template', () => {
  it('is at most 110 characters long', () => {
    expect(files.length).toBeGreaterThan(20);
    expect(positionsOf((line) => line.length > 110)).toEqual([]);
  });

  it('is indented by steps of two spaces, without a tab or trailing space', () => {
    expect(positionsOf((line) => !/^(?: {2})*(?:\S.*)?$/.test(line) || /\t|\s$/.test(line))).toEqual([]);
  });

  it('opens at most one block element', () => {
    expect(positionsOf((line) => (line.match(openingBlock)?.length ?? 0) > 1)).toEqual([]);
  });

  it('contains nothing but the scriptlet if that branches, loops or declares', () => {
    expect(positionsOf((line) => controlScriptlet.test(line) && !onlyScriptlet.test(line))).toEqual([]);
  });

  it('begins an attribute that it may print with a space: the line break before it is not printed', () => {
    expect(positionsOf((line) => /^\s*<%- [^{]*\? '[a-z-]+(?:="[^']*)?' : /.test(line))).toEqual([]);
  });

  it.each([
    ['<ul><li>', 2],
    ['<li><a href="/"><b>1</b></a></li>', 1],
    ['<progress></progress><picture></picture><header-x>', 0],
  ])('%s opens %i block elements', (line, count) => {
    expect(line.match(openingBlock)?.length ?? 0).toBe(count);
  });
});

describe('a page', () => {
  it('begins with the head that waits for its end, and ends with it', () => {
    const pages = listFiles('views', '.ejs').filter((file) => !file.includes('/partials/'));
    expect(pages.length).toBeGreaterThan(20);
    const isWhole = (text: string) =>
      text.startsWith("<%- part('document-head'") && text.endsWith("<%- part('document-end') %>\n");
    expect(pages.filter((file) => !isWhole(readText(file)))).toEqual([]);
  });
});
