import type { IAsyncProperty, IProperty, Parameters } from 'fast-check';
import { vi } from 'vitest';

type Property<T> = IProperty<T> | IAsyncProperty<T>;

/** How often a property is tried for each of thousands of mutants. */
const limit = 30;

// What a test says of its runs beats a global setting, so that `assert` itself is replaced.
vi.mock('fast-check', async (importOriginal) => {
  const real = await importOriginal<typeof import('fast-check')>();
  const assert = <T>(property: Property<T>, { numRuns = limit, ...others }: Parameters<T> = {}) =>
    real.assert(property, { ...others, numRuns: Math.min(numRuns, limit), seed: 1, endOnFailure: true });
  return { ...real, default: { ...real.default, assert } };
});
