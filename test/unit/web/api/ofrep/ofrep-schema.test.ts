import { describe, expect, it } from 'vitest';
import { violations, violationsAsPublished } from '../../../../support/ofrep-schema.ts';

const flag = (fields: object) => ({ key: 'saint', reason: 'TARGETING_MATCH', ...fields });
const one = (fields: object) => violations('one', 200, flag(fields));

describe('published schema of the protocol', () => {
  it.each([true, 'on', 1, 1.5, {}])(
    'refuses a flag with the value %j, because two of its kinds match',
    (value) => {
      expect(violationsAsPublished(flag({ value }))).not.toEqual([]);
    },
  );

  it('accepts only a flag without a value', () => {
    expect(violationsAsPublished(flag({}))).toEqual([]);
  });
});

describe('repaired schema of the protocol', () => {
  it.each([true, 'on', 1, 1.5, {}])('accepts the value %j', (value) => {
    expect(one({ value })).toEqual([]);
  });

  it('accepts a flag without a value', () => {
    expect(one({})).toEqual([]);
  });

  it.each([
    { value: null },
    { metadata: { nested: {} } },
    { metadata: { nothing: null } },
    { reason: 'DEFAULT' },
  ])('refuses %j', (fields) => {
    expect(one(fields)).not.toEqual([]);
  });

  it.each([{}, { url: 'https://a.example', endpoint: { requestUri: '/b' } }])(
    'refuses the stream %j',
    (fields) => {
      const body = { flags: [], eventStreams: [{ type: 'sse', ...fields }] };
      expect(violations('all', 200, body)).not.toEqual([]);
    },
  );
});
