import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { vendorPlaceholder } from '../../src/web/rendering/vendor.ts';
import type { Problem } from './read-manifest.ts';

/** Finds the placeholders of the vendor in the JSON and Markdown files of `folder`, except in its `generated` files. */
export function findPlaceholders(folder: string, generated: readonly string[]): readonly Problem[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => /\.(json|md)$/.test(file) && !generated.includes(file));
  return files.sort().flatMap((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    const places = file.endsWith('.json') ? findInJson(JSON.parse(text), '') : findInLines(text);
    return places.map((where) => ({
      file,
      where,
      message: 'must be filled in by the vendor before a release',
    }));
  });
}

/** The paths of the values, such as `support.email`. */
function findInJson(value: unknown, path: string): string[] {
  if (value === vendorPlaceholder) return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => findInJson(inner, path ? `${path}.${name}` : name));
}

function findInLines(text: string): string[] {
  return text
    .split('\n')
    .flatMap((line, index) => (line.includes(vendorPlaceholder) ? [`line ${index + 1}`] : []));
}
