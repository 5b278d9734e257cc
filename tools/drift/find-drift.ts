import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareOpenApi, type Description, descriptionSchema } from './compare-openapi.ts';
import { comparePages } from './compare-pages.ts';
import { compareTargets, targetsPage } from './compare-targets.ts';
import { listFiles } from './list-files.ts';
import { listCitedPages, parseOurPages } from './our-pages.ts';
import { readPages } from './pages.ts';

/** What differs in one kind of data, one line each. */
export interface Drift {
  readonly title: string;
  readonly lines: readonly string[];
}

/**
 * Compares the data of a project folder with a checkout of SuperOffice's documentation sources.
 * @throws Error that names a file that is no API description
 */
export function findDrift(root: string, checkout: string): readonly Drift[] {
  const { pages, unreadable } = readPages(checkout);
  const tiers = readFileSync(join(root, 'docs/superoffice/data/documentation-tiers.tsv'), 'utf8');
  const excerpts = readDescriptions(join(root, 'test/sandbox/openapi'));
  const published = readDescriptions(join(checkout, 'api-sources/openapi'));
  const targets = join(checkout, targetsPage);
  return [
    { title: 'Front matter', lines: comparePages(parseOurPages(tiers), pages, listCitedPages()) },
    { title: 'Front matter that is not YAML', lines: unreadable },
    { title: 'API descriptions', lines: compareOpenApi(excerpts, published) },
    {
      title: 'SoProtocol targets',
      lines: compareTargets(existsSync(targets) ? readFileSync(targets, 'utf8') : ''),
    },
  ];
}

function readDescriptions(folder: string): readonly Description[] {
  return listFiles(folder, /\.json$/).map((file) => {
    const description = descriptionSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    if (!description.success) throw new Error(`${file} is no API description: ${description.error.message}`);
    return description.data;
  });
}
