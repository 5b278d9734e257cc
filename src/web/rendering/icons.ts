import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** Our icon names and their names in the Phosphor set, which SuperOffice uses too. */
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
  warning: 'warning',
  included: 'check',
  missing: 'minus',
  gained: 'plus-circle',
  lost: 'x-circle',
} as const;

/** Replaces `iconPlaceholder` in a page with a hidden SVG sprite of the icons that the page uses by `#icon-{name}`. */
export type InjectIcons = (html: string) => string;

/** Marks where a template prints the icon sprite. */
export const iconPlaceholder = '<!--icons-->';

const anyUse = /href="#icon-[a-z-]+"/g;

/** Reads the icons from the package and returns a function that injects them into pages. */
export function loadIcons(): InjectIcons {
  const require = createRequire(import.meta.url);
  const symbols = Object.entries(phosphorNames).map(([name, phosphorName]) => {
    const file = require.resolve(`@phosphor-icons/core/regular/${phosphorName}.svg`);
    const id = `icon-${name}`;
    return { use: `href="#${id}"`, symbol: toSymbol(id, readFileSync(file, 'utf8')) };
  });
  return (html) => {
    const found = new Set(html.match(anyUse));
    const used = symbols.filter(({ use }) => found.has(use)).map(({ symbol }) => symbol);
    return html.replace(iconPlaceholder, `<svg class="sprite" aria-hidden="true">${used.join('')}</svg>`);
  };
}

function toSymbol(id: string, svg: string): string {
  const [, viewBox, drawing] = /viewBox="([\d ]+)"[^>]*>(.*)<\/svg>/s.exec(svg) ?? [];
  if (viewBox === undefined || drawing === undefined) throw new Error(`${id} is not an SVG drawing`);
  return `<symbol id="${id}" viewBox="${viewBox}">${drawing}</symbol>`;
}
