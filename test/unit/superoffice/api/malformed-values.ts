/** The way to a place in JSON, step by step. */
export type Path = readonly (string | number)[];

/** Every place in an answer, from its outermost shape inwards. */
export function placesIn(json: unknown, at: Path = []): Path[] {
  if (typeof json !== 'object' || json === null) return [at];
  const inside = Array.isArray(json) ? [...json.entries()] : Object.entries(json);
  return [at, ...inside.flatMap(([step, each]) => placesIn(each, [...at, step]))];
}

/** What stands at a place, undefined where there is none. */
export function valueAt(json: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, step) => (Object(value) as Record<string, unknown>)[step], json);
}

/** The answer as it arrives with another value at a place; undefined leaves a field out. */
export function damaged(json: unknown, path: Path, value: unknown): unknown {
  const [last] = path.slice(-1);
  if (last === undefined) return value;
  const copy = structuredClone(json);
  Reflect.set(Object(valueAt(copy, path.slice(0, -1))), last, value);
  return JSON.parse(JSON.stringify(copy));
}

const kindOf = (value: unknown) => (Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value);
const wrongValues = [undefined, null, 7, 'x', true, {}, [], [[]], [{}]];

/** What may stand where `right` belongs: nothing, another kind of value, or a number that counts nothing. */
export const wrongFor = (right: unknown): readonly unknown[] => [
  ...wrongValues.filter((wrong) => kindOf(wrong) !== kindOf(right)),
  ...[-1, 1.5, 1e300],
];
