import { expect, it } from 'vitest';
import { requestedCount } from '../../../../src/web/admin/requested-count.ts';

it.each([
  ['1', 1],
  ['100', 100],
  ['999', 999],
  ['0', 0],
  ['1000', 0],
  ['-1', 0],
  ['1e2', 0],
  ['٣', 0],
  ['', 0],
  [undefined, 0],
  [['1', '2'], 0],
])('reads the number of changed rows from %j: %d', (text, count) => {
  expect(requestedCount(text)).toBe(count);
});
