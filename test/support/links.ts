import { posix } from 'node:path';

/** The texts of a repository by path from its root; empty for a binary file. */
export type Files = ReadonlyMap<string, string>;

/** A reference to a file, and to a heading or id in it, with the line it is on. */
interface Reference {
  readonly target: string;
  readonly line: number;
}

const sourceFile = /\.(?:ts|js|mjs|cjs|css|ejs)$/;
const scheme = /^(?:[a-z][a-z\d+.-]*:|\/\/)/i;

/** Every link, citation and path that does not belong in the repository, one sentence each. */
export function checkLinks(files: Files): string[] {
  const anchors = new Map<string, ReadonlySet<string>>();
  const rootNames = new Set([...files.keys()].filter((path) => !path.includes('/')));

  function hasAnchor(path: string, anchor: string): boolean {
    const known = anchors.get(path) ?? findAnchors(files.get(path) ?? '');
    anchors.set(path, known);
    return known.has(anchor);
  }
  function describeProblem(path: string, anchor: string): string | undefined {
    if (!exists(files, path)) return `${path || 'a path outside the repository'} does not exist`;
    if (anchor === '' || !path.endsWith('.md') || hasAnchor(path, anchor)) return undefined;
    return `${path} has no heading or id "${anchor}"`;
  }

  return [...files].flatMap(([path, text]) => {
    const problems: string[] = [];
    const report = (line: number, problem: string | undefined) => {
      if (problem !== undefined) problems.push(`${path}:${line}: ${problem}`);
    };
    const isSource = sourceFile.test(path);
    const links = path.endsWith('.md') ? findMarkdownLinks(text) : [];
    const comments = isSource ? findComments(path, text) : '';
    for (const { target, line } of links) report(line, describeProblem(...resolveLink(path, target)));
    for (const { target, line } of findCitations(comments))
      report(line, describeProblem(...splitTarget(target)));
    for (const { target, line } of findBareCitations(comments)) {
      if (!rootNames.has(target)) report(line, `${target} is cited without its path`);
    }
    for (const { target, line } of findPrivatePaths(text)) report(line, `${target} is a path of one machine`);
    return problems;
  });
}

function exists(files: Files, path: string): boolean {
  if (path === '.' || files.has(path)) return true;
  return [...files.keys()].some((file) => file.startsWith(`${path.replace(/\/$/, '')}/`));
}

function splitTarget(target: string): [path: string, anchor: string] {
  const [path = '', anchor = ''] = target.split('#');
  return [path, anchor];
}

/** The path from the root that a link of a file leads to, empty when it leaves the repository, and the anchor. */
function resolveLink(from: string, target: string): [path: string, anchor: string] {
  if (target.startsWith('#')) return [from, decodeURIComponent(target.slice(1))];
  const [path, anchor] = splitTarget(decodeURIComponent(target));
  const resolved = path.startsWith('/') ? path.slice(1) : posix.join(posix.dirname(from), path);
  return [resolved.startsWith('..') ? '' : resolved, anchor];
}

/** The anchors of a Markdown page: its headings as GitHub names them, and explicit ids. */
export function findAnchors(markdown: string): ReadonlySet<string> {
  const text = blankFences(markdown);
  const slugs = new Set<string>();
  for (const { groups } of text.matchAll(/^ {0,3}#{1,6}[ \t]+(?<title>.+?)(?:[ \t]+#+)?[ \t]*$/gm)) {
    const slug = toSlug(groups?.title ?? '');
    let unique = slug;
    for (let count = 1; slugs.has(unique); count++) unique = `${slug}-${count}`;
    slugs.add(unique);
  }
  const ids = [...blankCode(text).matchAll(/<\w[^>]*\s(?:id|name)="(?<id>[^"]+)"/g)];
  return new Set([...slugs, ...ids.map(({ groups }) => groups?.id ?? '')]);
}

/** The anchor that GitHub gives to a heading, before it numbers duplicates. */
export function toSlug(heading: string): string {
  return heading
    .replace(/!?\[(?<text>[^\]]*)\]\([^)]*\)/g, '$<text>')
    .replace(/<[^>]+>/g, '')
    .replace(/(?<![\p{L}\p{N}_])_(?<text>[^_]+)_(?![\p{L}\p{N}_])/gu, '$<text>')
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-');
}

/** The targets of the links, images and link definitions of a Markdown page, without those that name a scheme. */
function findMarkdownLinks(markdown: string): Reference[] {
  const text = blankCode(blankFences(markdown));
  const inline = /\]\(\s*(?:<(?<bracketed>[^>\n]*)>|(?<plain>[^\s)]+))(?:\s+["'(][^)\n]*)?\s*\)/g;
  const definition = /^ {0,3}\[[^\]\n]+\]:\s+<?(?<plain>[^\s>]+)/gm;
  return [...text.matchAll(inline), ...text.matchAll(definition)]
    .map((match) => toReference(text, match.index, match.groups?.bracketed ?? match.groups?.plain ?? ''))
    .filter(({ target }) => !scheme.test(target));
}

/** Comments of TypeScript, JavaScript and CSS, and strings, so that what looks like a comment in one is skipped. */
const codeComment =
  /'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|(?<comment>(?<=^|[\s({,;])\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/[^\n]*)/gm;
const templateComment = /(?<comment><%#[\s\S]*?%>|<!--[\s\S]*?-->)/g;

/** The comments of a source file; everything else is blank, so lines keep their numbers. */
export function findComments(path: string, source: string): string {
  let end = 0;
  let comments = '';
  for (const match of source.matchAll(path.endsWith('.ejs') ? templateComment : codeComment)) {
    comments += blank(source.slice(end, match.index)) + (match.groups?.comment ?? blank(match[0]));
    end = match.index + match[0].length;
  }
  return comments + blank(source.slice(end));
}

/** Documents cited by their path from the root; `#a and #b` after a path cites two headings of one page. */
function findCitations(comments: string): Reference[] {
  const citation =
    /(?<![\w./-])(?<path>[\w-]+(?:\/[\w.-]+)*\/[\w.-]+\.md)\b(?<first>#[\w-]+)?(?<others>(?:(?:,|\s+and|\s+to)[\s*/]+#[\w-]+)*)/g;
  return [...comments.matchAll(citation)].flatMap(({ index, groups }) => {
    const { path = '', first = '', others = '' } = groups ?? {};
    const anchors = [first, ...(others.match(/#[\w-]+/g) ?? [])];
    return anchors.map((anchor) => toReference(comments, index, path + anchor));
  });
}

/** Documents cited by their name alone. */
function findBareCitations(comments: string): Reference[] {
  const names = [...comments.matchAll(/(?<![\w./*-])[\w-]+\.md\b/g)];
  return names.map((match) => toReference(comments, match.index, match[0]));
}

/** Absolute paths of a developer's machine, and paths to files that are not in the repository. */
function findPrivatePaths(text: string): Reference[] {
  const path =
    /\.\.\/shared\b|(?<![\w.~:/-])\/(?:work|root|home\/(?!node\b)[\w.-]+|Users\/[\w.-]+)\/[\w.-]+|\b[A-Z]:\\Users\\\w+/g;
  return [...text.matchAll(path)].map((match) => toReference(text, match.index, match[0]));
}

function toReference(text: string, index: number, target: string): Reference {
  return { target, line: text.slice(0, index).split('\n').length };
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}

function blankFences(markdown: string): string {
  return markdown.replace(/^(?<indent> *)(?<fence>`{3,}|~{3,})[^\n]*\n[\s\S]*?^ *\k<fence>[^\n]*$/gm, blank);
}

function blankCode(markdown: string): string {
  return markdown.replace(/(?<!`)(?<ticks>`+)(?!`)[\s\S]*?(?<!`)\k<ticks>(?!`)/g, blank);
}
