import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { languages } from '../../src/licensing/catalogue/languages.ts';
import { listFiles } from './list-files.ts';

/** What the front matter of a page says; a field is empty if the page lacks it. */
export interface PageValues {
  readonly license: string;
  readonly tier: string;
  readonly functional_right: string;
}

/** The values of each page by path and language; a path without a language part begins with `/` and counts as English. */
export type Pages = ReadonlyMap<string, ReadonlyMap<string, PageValues>>;

/** The folders whose pages have no language part in their address and may state a requirement. */
const foldersWithoutLanguage = ['integrations', 'release-notes'];

/** A value of the front matter; a list counts as its members. */
const value = z
  .union([z.string(), z.array(z.string()).transform((list) => list.join(', '))])
  .catch('')
  .transform((text) => text.trim());
const frontMatterSchema = z.object({ license: value, tier: value, functional_right: value });

/**
 * Reads all pages of a checkout of SuperOffice's documentation sources.
 * @returns the pages, and the files whose front matter is not YAML
 */
export function readPages(folder: string): { readonly pages: Pages; readonly unreadable: readonly string[] } {
  const pages = new Map<string, Map<string, PageValues>>();
  const unreadable: string[] = [];
  const readFolder = (name: string, language: string, start: string) => {
    for (const file of listFiles(join(folder, name), /\.mdx?$/)) {
      const path = start + relative(join(folder, start === '' ? name : '.'), file).replace(/\.mdx?$/, '');
      const values = readValues(readFileSync(file, 'utf8'));
      if (values === null) unreadable.push(relative(folder, file));
      else pages.set(path, (pages.get(path) ?? new Map<string, PageValues>()).set(language, values));
    }
  };
  for (const language of languages) readFolder(language, language, '');
  for (const name of foldersWithoutLanguage) readFolder(name, 'en', '/');
  return { pages, unreadable };
}

/** The values in the front matter of a page; null if it is not YAML. */
export function readValues(text: string): PageValues | null {
  const [, frontMatter = ''] = /^\uFEFF?---\r?\n(.*?)\r?\n---/s.exec(text) ?? [];
  try {
    return frontMatterSchema.parse(parse(frontMatter) ?? {});
  } catch {
    return null;
  }
}
