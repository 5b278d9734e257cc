import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../src/licensing/catalogue/catalogue.ts';
import { featureKeys } from '../../../src/licensing/catalogue/feature-keys.ts';
import { suiteLimitNames } from '../../../src/licensing/catalogue/suite-limits.ts';
import { suitePlans } from '../../../src/licensing/catalogue/suite-plans.ts';
import { planKeys } from '../../../src/licensing/catalogue/user-plans.ts';
import { goldenCases, goldenFolder, goldenTenants, goldenText } from './fixtures/golden-cases.ts';

interface GoldenSchema {
  readonly $id: string;
  readonly $defs: Readonly<Record<string, { readonly enum?: readonly string[] }>>;
}

const schema: GoldenSchema = JSON.parse(readFileSync(new URL('schema.json', goldenFolder), 'utf8'));
const ajv = new Ajv2020({
  allErrors: true,
  strict: true,
  strictTuples: false,
  allowUnionTypes: true,
  schemas: [schema],
});

/** Returns the errors of a value against a definition of the schema; empty if the value is valid. */
function findErrors(definition: 'case' | 'tenant', value: unknown): readonly string[] {
  const validate = ajv.getSchema(`${schema.$id}#/$defs/${definition}`);
  if (validate === undefined) throw new Error(`the schema has no definition ${definition}`);
  if (validate(value) === true) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

function read(kind: 'cases' | 'tenants', name: string): unknown {
  return JSON.parse(goldenText(kind, name));
}

/** Every object in a JSON value with its path, including the value itself. */
function listObjects(value: unknown, path = ''): readonly (readonly [string, Record<string, unknown>])[] {
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.entries(value).flatMap(([key, each]) => listObjects(each, `${path}/${key}`));
  return Array.isArray(value) ? below : [[path, value as Record<string, unknown>], ...below];
}

describe('golden vector schema', () => {
  it.each([...goldenTenants.keys()])('the tenant %s is valid', (name) => {
    expect(findErrors('tenant', read('tenants', name))).toEqual([]);
  });

  it.each([...goldenCases.keys()])('the case %s is valid', (name) => {
    expect(findErrors('case', read('cases', name))).toEqual([]);
  });

  it.each([
    ['tenant', read('tenants', 'published-premium')],
    ['case', read('cases', 'published-premium-sales')],
    ['case', read('cases', 'published-suite-core')],
    ['case', read('cases', 'diagnostics-counts')],
    ['case', read('cases', 'transition-range-by-unknown-plans')],
    ['case', read('cases', 'contract-renewed')],
  ] as const)('an unknown key in any object of a %s is an error', (definition, value) => {
    for (const [path, object] of listObjects(value)) {
      object.unknownKey = 1;
      expect(findErrors(definition, value), path).not.toEqual([]);
      delete object.unknownKey;
    }
    expect(findErrors(definition, value)).toEqual([]);
  });

  it.each([
    ['feature', featureKeys],
    ['userPlan', planKeys],
    ['suitePlan', suitePlans],
    ['row', catalogue.map(({ id }) => id)],
  ] as const)('the definition %s lists exactly the keys of the catalogue', (definition, keys) => {
    expect(schema.$defs[definition]?.enum).toEqual(keys);
  });

  it('a limit has exactly the published limit names', () => {
    expect(schema.$defs.limitName?.enum).toEqual(suiteLimitNames);
  });
});
