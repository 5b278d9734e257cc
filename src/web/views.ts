import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import ejs from 'ejs';
import { iconsHere, loadIcons } from './icons.ts';
import type { Language } from './languages.ts';

/** Renders a page of `views/` with its values; the templates print and branch, and decide nothing. */
export type Views = (name: string, language: Language, values: object) => string;

const pageLocals = ['page', 't', 'language', 'stylesheet', 'script', 'sprite'];
/** What pages hand to `views/partials`. */
const partialLocals = ['title', 'name', 'feature', 'wish', 'changes', 'upgrades', 'entries'];

/** Compiles every page once. Templates see `page` (their values), `t` (texts), `language` and what all pages share. */
export function loadViews(root: string): Views {
  const folder = join(root, 'views');
  const shared = {
    stylesheet: asset(root, 'planlens.css'),
    script: asset(root, 'planlens.js'),
    sprite: iconsHere,
  };
  const pages = new Map(
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => [basename(name, '.ejs'), compile(join(folder, name))]),
  );

  const withIcons = loadIcons();

  return (name, language, page) => {
    const template = pages.get(name);
    if (template === undefined) throw new Error(`no view named ${name}`);
    return withIcons(template({ page, t: language.t, language: language.code, ...shared }));
  };
}

function compile(filename: string) {
  return ejs.compile(readFileSync(filename, 'utf8'), {
    filename,
    strict: true,
    destructuredLocals: [...pageLocals, ...partialLocals],
  });
}

/** The address of a file in `public`; it changes with the file, so that browsers may keep it for a year. */
function asset(root: string, name: string): string {
  const content = readFileSync(join(root, 'public', name));
  return `/assets/${name}?v=${createHash('sha256').update(content).digest('base64url').slice(0, 10)}`;
}
