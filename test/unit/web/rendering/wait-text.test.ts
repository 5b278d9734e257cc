import { expect, it } from 'vitest';
import { waitText } from '../../../../src/web/rendering/wait-text.ts';

it.each([
  [1, '1\u00a0s'],
  [99, '99\u00a0s'],
  [100, '2\u00a0min'],
  [130, '3\u00a0min'],
  [3600, '60\u00a0min'],
])('%d seconds are given as %s', (seconds, text) => {
  expect(waitText(seconds)).toBe(text);
});
