import type { IAsyncProperty, IProperty, Parameters } from 'fast-check';
import { vi } from 'vitest';

type Property<T> = IProperty<T> | IAsyncProperty<T>;

/** The maximum number of runs of a property, because each of thousands of mutants repeats it. */
const maxRuns = 30;

// A test's own `numRuns` overrides the global setting, so this replaces `assert`.
vi.mock('fast-check', async (importOriginal) => {
  const fastCheck = await importOriginal<typeof import('fast-check')>();
  const assert = <T>(property: Property<T>, { numRuns = maxRuns, ...rest }: Parameters<T> = {}) =>
    fastCheck.assert(property, { ...rest, numRuns: Math.min(numRuns, maxRuns), seed: 1, endOnFailure: true });
  return { ...fastCheck, default: { ...fastCheck.default, assert } };
});
