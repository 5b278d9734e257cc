import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** What each icon stands for, by its name in the Phosphor set, which SuperOffice uses too. */
const phosphorNames = {
  enabled: 'check-circle',
  'view-only': 'eye',
  'hidden-by-role': 'eye-slash',
  upgrade: 'arrow-circle-up',
  'add-on': 'puzzle-piece',
  unknown: 'question',
  search: 'magnifying-glass',
  refresh: 'arrows-clockwise',
  compare: 'scales',
  administrators: 'user-gear',
  elsewhere: 'arrow-square-out',
  back: 'arrow-left',
} as const;

/** The icons as one hidden drawing, to be put into a page once and used by `#icon-{name}`. */
export function iconSprite(): string {
  const require = createRequire(import.meta.url);
  const symbols = Object.entries(phosphorNames).map(([name, phosphorName]) => {
    const file = require.resolve(`@phosphor-icons/core/regular/${phosphorName}.svg`);
    return symbolOf(`icon-${name}`, readFileSync(file, 'utf8'));
  });
  return `<svg class="sprite" aria-hidden="true">${symbols.join('')}</svg>`;
}

function symbolOf(id: string, svg: string): string {
  const [, viewBox, drawing] = /viewBox="([\d ]+)"[^>]*>(.*)<\/svg>/s.exec(svg) ?? [];
  if (viewBox === undefined || drawing === undefined) throw new Error(`${id} is no drawing`);
  return `<symbol id="${id}" viewBox="${viewBox}">${drawing}</symbol>`;
}
