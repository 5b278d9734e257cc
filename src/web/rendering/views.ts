import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import ejs from 'ejs';
import { assetVersion } from './assets.ts';
import type { Language } from './i18n.ts';
import { iconPlaceholder, loadIcons } from './icons.ts';

/** Renders a page of `views/` with its values. @throws Error for an unknown page */
export type Views = (name: string, language: Language, values: object) => string;

const pageLocals = ['page', 't', 'language', 'assets', 'modules', 'sprite', 'part', 'sharedPart'];
/** The scripts that pages load by name or when they need them. All others are modules that these import: pages preload them. */
const notPreloaded = [
  'planlens.js',
  'sign-in.js',
  'signing-in.js',
  'search.js',
  'copy.js',
  'tick-all.js',
  'api-docs.js',
];
/** Variables of `views/partials`. */
const partialLocals = [
  'title',
  'inCrm',
  'name',
  'feature',
  'results',
  'found',
  'parts',
  'accessRequest',
  'changes',
  'upgrades',
  'entries',
  'help',
  'link',
  'row',
  'limits',
  'style',
  'evidence',
  'also',
  'published',
  'seat',
  'tier',
  'requests',
  'comparison',
  'matrix',
  'cell',
  'links',
  'pager',
  'bars',
  'fields',
  'user',
  'mark',
  'trend',
  'count',
  'vendor',
  'value',
];

/** The templates of a folder, which `compileAll` compiles before they are first printed. */
export interface LoadedViews extends Views {
  /** Compiles all templates, and lets other work run between them. @throws if a template is not valid */
  compileAll(): Promise<void>;
}

/**
 * Reads every page and every partial, and compiles each once. Templates see `page` (their values), `t` (texts), `language` (a BCP 47 tag), the
 * paths of assets, and `part(name, values)`, which prints a partial: EJS's `include` would read the file each time.
 * `sharedPart(name, { value })` prints a partial that shows one value and nothing of the page, and prints it once for all pages
 * of the language with that object, which must not change.
 */
export function loadViews(root: string): LoadedViews {
  const folder = join(root, 'views');
  const shared = {
    assets: `/assets/${assetVersion(root)}`,
    modules: readdirSync(join(root, 'public')).filter(
      (name) => name.endsWith('.js') && !notPreloaded.includes(name),
    ),
    sprite: iconPlaceholder,
  };
  const pages = readTemplates(folder);
  const partials = readTemplates(join(folder, 'partials'));
  const injectIcons = loadIcons();
  const sharedPrints = createSharedPrints();

  const views: Views = (name, language, page) => {
    const values = { page, t: language.t, language: language.locale, ...shared, part, sharedPart };
    function part(name: string, own?: object): string {
      return print(partials, name, Object.assign(new Locals(), values, own));
    }
    function sharedPart(name: string, own: Readonly<Record<string, object>>): string {
      const prints = sharedPrints(name, language);
      const [value = own] = Object.values(own);
      const printed = prints.get(value) ?? flatten(part(name, own));
      prints.set(value, printed);
      return printed;
    }
    return injectIcons(print(pages, name, Object.assign(new Locals(), values)));
  };
  return Object.assign(views, {
    async compileAll() {
      for (const template of [...pages.values(), ...partials.values()]) {
        template();
        await setImmediate();
      }
    },
  });
}

/** Finds what a partial printed in a language, by the value that it shows. */
function createSharedPrints(): (name: string, language: Language) => WeakMap<object, string> {
  const byLanguage = new WeakMap<Language, Map<string, WeakMap<object, string>>>();
  return (name, language) => {
    const byName = byLanguage.get(language) ?? new Map<string, WeakMap<object, string>>();
    byLanguage.set(language, byName);
    const prints = byName.get(name) ?? new WeakMap<object, string>();
    byName.set(name, prints);
    return prints;
  };
}

/** The same text in one piece and in as few bytes as it needs. What joins or replaces texts keeps them as pieces, and as wide. */
function flatten(text: string): string {
  return Buffer.from(text).toString();
}

/** The variables of a template. Unlike other objects they inherit nothing that it could read by mistake. */
class Locals {}
Object.setPrototypeOf(Locals.prototype, null);

/** Templates by name, each as a function that compiles it once. */
type Templates = ReadonlyMap<string, () => ejs.TemplateFunction>;

function readTemplates(folder: string): Templates {
  return new Map(
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => [basename(name, '.ejs'), readTemplate(join(folder, name))]),
  );
}

/** Compiled when it is first used: all templates take 40 ms, a tenth of a start. */
function readTemplate(filename: string): () => ejs.TemplateFunction {
  const text = readFileSync(filename, 'utf8');
  let compiled: ejs.TemplateFunction | undefined;
  return () => {
    compiled ??= compile(filename, text);
    return compiled;
  };
}

function print(templates: Templates, name: string, locals: Locals): string {
  const template = templates.get(name);
  if (template === undefined) throw new Error(`no view named ${name}`);
  return template()(locals);
}

function compile(filename: string, text: string): ejs.TemplateFunction {
  const template = withoutIndentation(text).replace(/<%.*?%>|[\u0100-\u{10FFFF}]/gsu, (part) =>
    part.startsWith('<%') ? part : toReference(part),
  );
  const options = {
    async: false as const,
    client: false as const,
    filename,
    strict: true,
    escape: escapeHtml,
    // Only what the template names: it reads all of them each time.
    destructuredLocals: [...pageLocals, ...partialLocals].filter((name) => template.includes(name)),
    // Otherwise EJS copies the locals each time, to an object that inherits nothing.
    unsafePrototypeLocals: true,
  };
  return ejs.compile(template, options);
}

const specialCharacter = /[&<>'"\u0100-\uFFFF]/;

/** Escapes a value as EJS does, which searches most texts in vain. */
function escapeHtml(value: unknown): string {
  const text = String(value ?? '');
  return specialCharacter.test(text) ? toReferences(ejs.escapeXML(text)) : text;
}

/**
 * Prints characters outside Latin-1 as character references. A page with one of them would take two bytes for each of its
 * characters, and to encode it would take as long as to print it.
 */
function toReferences(html: string): string {
  return flatten(html.replace(/[\u0100-\u{10FFFF}]/gu, toReference));
}

function toReference(character: string): string {
  return `&#${character.codePointAt(0)};`;
}

/**
 * A template whose line breaks and indentation print nothing. As in JSX, a line break beside a tag or a scriptlet is
 * removed; between words or attributes it becomes one space. A space that a line break must print is `<%= ' ' %>`.
 * The text of a `<pre>` or `<textarea>` comes from values, which are printed unchanged. The removed line breaks move
 * into EJS comments, so that errors still name the line of the file.
 */
function withoutIndentation(template: string): string {
  let lines = '';
  return template.replace(/<%.*?%>|\s*\n\s*/gs, (match, offset: number) => {
    if (match.startsWith('<%')) {
      const comment = lines && `<%#${lines}%>`;
      lines = '';
      return comment + match;
    }
    lines += match.replace(/[^\n]/g, '');
    const isBesideTag = template[offset - 1] === '>' || /[<>]/.test(template[offset + match.length] ?? '');
    return isBesideTag ? '' : ' ';
  });
}
