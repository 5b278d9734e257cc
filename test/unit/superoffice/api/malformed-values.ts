/** The keys and indexes that lead to a value in JSON. */
export type Path = readonly (string | number)[];

/** The paths of all values in JSON, outermost first. */
export function listPaths(json: unknown, path: Path = []): Path[] {
  if (typeof json !== 'object' || json === null) return [path];
  const entries = Array.isArray(json) ? [...json.entries()] : Object.entries(json);
  return [path, ...entries.flatMap(([key, each]) => listPaths(each, [...path, key]))];
}

/** The value at a path, undefined if absent. */
export function getValue(json: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (Object(value) as Record<string, unknown>)[key], json);
}

/** A copy of JSON with another value at a path; undefined removes a field. */
export function replaceValue(json: unknown, path: Path, value: unknown): unknown {
  const [last] = path.slice(-1);
  if (last === undefined) return value;
  const copy = structuredClone(json);
  Reflect.set(Object(getValue(copy, path.slice(0, -1))), last, value);
  return JSON.parse(JSON.stringify(copy));
}

const getType = (value: unknown) => (Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value);
const wrongValues = [undefined, null, 7, 'x', true, {}, [], [[]], [{}]];

/** Malformed replacements for a value: absent, of another type, or a number that is not a count. */
export const listWrongValues = (right: unknown): readonly unknown[] => [
  ...wrongValues.filter((wrong) => getType(wrong) !== getType(right)),
  ...[-1, 1.5, 1e300],
];
