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
  administratorGuard: 'user-gear',
  elsewhere: 'arrow-square-out',
  back: 'arrow-left',
} as const;

/** Puts into a page, where `iconPlaceholder` stands, the icons it uses by `#icon-{name}` as one hidden drawing. */
export type InjectIcons = (html: string) => string;

/** Stands in a template for the icons the page uses. */
export const iconPlaceholder = '<!--icons-->';

/** Reads the icons once. */
export function loadIcons(): InjectIcons {
  const require = createRequire(import.meta.url);
  const symbols = Object.entries(phosphorNames).map(([name, phosphorName]) => {
    const file = require.resolve(`@phosphor-icons/core/regular/${phosphorName}.svg`);
    const id = `icon-${name}`;
    return { use: `href="#${id}"`, symbol: symbolOf(id, readFileSync(file, 'utf8')) };
  });
  return (html) => {
    const used = symbols.filter(({ use }) => html.includes(use)).map(({ symbol }) => symbol);
    return html.replace(iconPlaceholder, `<svg class="sprite" aria-hidden="true">${used.join('')}</svg>`);
  };
}

function symbolOf(id: string, svg: string): string {
  const [, viewBox, drawing] = /viewBox="([\d ]+)"[^>]*>(.*)<\/svg>/s.exec(svg) ?? [];
  if (viewBox === undefined || drawing === undefined) throw new Error(`${id} is no drawing`);
  return `<symbol id="${id}" viewBox="${viewBox}">${drawing}</symbol>`;
}
