import { createRequire } from 'node:module';
import type { Highs } from 'highs';

/**
 * Loads the solver HiGHS (docs/adr/0021-assignment-solver.md); its calls block the thread. It is required, because the
 * types of the package describe a CommonJS module, whose default import would be another value.
 */
export const loadHighs: () => Promise<Highs> = createRequire(import.meta.url)('highs');
