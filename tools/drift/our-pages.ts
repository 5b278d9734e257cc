import { languages } from '../../src/licensing/catalogue/languages.ts';
import { newerFeatures } from '../../src/licensing/catalogue/newer-features.ts';
import {
  addOnPages,
  featurePages,
  type PublishedPageData,
} from '../../src/licensing/catalogue/published-pages.ts';
import type { Pages, PageValues } from './pages.ts';

/** A page that our data cite. */
export interface CitedPage {
  readonly languages: readonly string[];
  /** The keys of the features and add-ons that cite it, in the order of our data. */
  readonly by: readonly string[];
}

/**
 * The pages whose front matter states a requirement, from the text of `docs/superoffice/data/documentation-tiers.tsv`.
 * A page has a row for each different statement, with the languages that make it.
 */
export function parseOurPages(tsv: string): Pages {
  const pages = new Map<string, Map<string, PageValues>>();
  const [header = '', ...lines] = tsv.trimEnd().split(/\r?\n/);
  const columns = header.split('\t');
  for (const line of lines) {
    const cells = line.split('\t');
    const cell = (name: string) => cells[columns.indexOf(name)] ?? '';
    const values = {
      license: cell('license'),
      tier: cell('tier'),
      functional_right: cell('functional_right'),
    };
    const page = pages.get(cell('path')) ?? new Map<string, PageValues>();
    for (const language of cell('languages').split(',')) page.set(language, values);
    pages.set(cell('path'), page);
  }
  return pages;
}

/** The pages that the features of the catalogue, the newer features and the add-ons cite, by path. */
export function listCitedPages(): ReadonlyMap<string, CitedPage> {
  const cited = new Map<string, CitedPage>();
  const cite = (key: string, path: string, own: readonly string[]) => {
    const by = [...new Set([...(cited.get(path)?.by ?? []), key])];
    cited.set(path, { languages: path.startsWith('/') ? ['en'] : own, by });
  };
  const all: readonly (readonly [string, PublishedPageData])[] = [
    ...Object.entries({ ...featurePages, ...addOnPages }),
    ...newerFeatures.map(({ key, page }) => [key, page] as const),
  ];
  for (const [key, { page, languages: own = languages, otherPages = [] }] of all) {
    cite(key, page, own);
    for (const other of otherPages) cite(key, other.page, cited.get(other.page)?.languages ?? languages);
  }
  return cited;
}
