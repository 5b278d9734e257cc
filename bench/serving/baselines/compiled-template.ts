import { createServer } from 'node:http';
import { preparePage } from './prepared-page.ts';

/** Prints a page from its values: texts and attributes, which it escapes. */
type Template = (values: readonly string[], print: (text: string) => string) => string;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

const page = await preparePage(process.env, process.env.BENCH_TENANT_ID ?? '');
const { template, values } = compileTemplate(page.render());

createServer((request, response) => {
  if (request.url === '/') return response.end();
  if (!page.isSignedIn(request.headers.cookie)) return response.writeHead(302, { location: '/' }).end();
  const html = Buffer.from(template(values, escapeHtml));
  return response
    .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-length': html.length })
    .end(html);
}).listen(process.env.PORT);

/**
 * Makes a plain function of a printed page, which knows nothing of our templates: it concatenates the tags, as constants, and
 * all texts and attributes, as values.
 */
function compileTemplate(html: string): { readonly template: Template; readonly values: readonly string[] } {
  const values: string[] = [];
  const parts = html.split(/((?<==")[^"]+(?=")|(?<=>)[^<]+(?=<))/).map((part, index) => {
    if (index % 2 === 0) return JSON.stringify(part);
    values.push(unescapeHtml(part));
    return `print(values[${values.length - 1}])`;
  });
  const template = new Function('values', 'print', `return ${parts.join('+')}`) as Template;
  return { template, values };
}

/** As our templates: characters outside Latin-1 are printed as references. */
function escapeHtml(text: string): string {
  return /[&<>"'\u0100-\uFFFF]/.test(text)
    ? text.replace(/[&<>"'\u0100-\u{10FFFF}]/gu, (each) => entities[each] ?? `&#${each.codePointAt(0)};`)
    : text;
}

function unescapeHtml(text: string): string {
  return Object.entries(entities)
    .reverse()
    .reduce(
      (unescaped, [character, entity]) => unescaped.replaceAll(entity, character),
      text.replace(/&#(\d{3,});/g, (_reference, code) => String.fromCodePoint(Number(code))),
    );
}
