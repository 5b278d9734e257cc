import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';

const schema = z.record(z.string(), z.unknown());
const operationSchema = z.object({
  responses: z.record(z.string(), z.object({ schema: schema.optional() })),
});
/** The part of an API description (Swagger 2.0) that the sandbox is validated against. */
export const descriptionSchema = z.object({
  paths: z.record(z.string(), z.record(z.string(), operationSchema)),
  definitions: z.record(z.string(), schema).default({}),
});
/** An API description. */
export type Description = z.infer<typeof descriptionSchema>;

/**
 * Compares our excerpts with SuperOffice's API descriptions, one line for each difference. Operations and definitions
 * that the excerpts leave out do not count.
 */
export function compareOpenApi(
  excerpts: readonly Description[],
  published: readonly Description[],
): readonly string[] {
  const lines = excerpts.flatMap((excerpt) => {
    const source = published.filter((each) => sharesPath(excerpt, each));
    const definitions = Object.assign({}, ...source.map((each) => each.definitions));
    const paths = Object.assign({}, ...source.map((each) => each.paths));
    return [...compareOperations(excerpt, paths), ...compareDefinitions(excerpt, definitions)];
  });
  return [...new Set(lines)];
}

function sharesPath(excerpt: Description, published: Description): boolean {
  return Object.keys(excerpt.paths).some((path) => Object.hasOwn(published.paths, path));
}

function compareOperations(excerpt: Description, paths: Description['paths']): string[] {
  return Object.entries(excerpt.paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, ours]) => {
      const name = `${method.toUpperCase()} ${path}`;
      const theirs = paths[path]?.[method];
      if (theirs === undefined) return [`removed ${name}`];
      return compareEntries(`${name} response`, ours.responses, theirs.responses);
    }),
  );
}

function compareDefinitions(excerpt: Description, definitions: Description['definitions']): string[] {
  return Object.entries(excerpt.definitions).flatMap(([name, ours]) => {
    const theirs = definitions[name];
    if (theirs === undefined) return [`removed ${name}`];
    const { properties: before, ...rest } = ours;
    const { properties: after, ...otherRest } = theirs;
    const isChanged = !isDeepStrictEqual(withoutTexts(rest), withoutTexts(otherRest));
    return [
      ...(isChanged ? [`changed ${name}`] : []),
      ...compareEntries(`${name} property`, schema.parse(before ?? {}), schema.parse(after ?? {})),
    ];
  });
}

function compareEntries(
  name: string,
  ours: Readonly<Record<string, unknown>>,
  theirs: Readonly<Record<string, unknown>>,
): string[] {
  return [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].flatMap((key) => {
    if (!Object.hasOwn(theirs, key)) return [`removed ${name} ${key}`];
    if (!Object.hasOwn(ours, key)) return [`added ${name} ${key}`];
    const isSame = isDeepStrictEqual(withoutTexts(ours[key]), withoutTexts(theirs[key]));
    return isSame ? [] : [`changed ${name} ${key}`];
  });
}

/** The texts of a schema, which the excerpts leave out. */
const texts = new Set(['description', 'summary', 'example']);

function withoutTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTexts);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key, inner]) => !(texts.has(key) && typeof inner === 'string'));
  return Object.fromEntries(kept.map(([key, inner]) => [key, withoutTexts(inner)]));
}
