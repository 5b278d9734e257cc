import { TestRunner, test } from 'vitest';

/**
 * Reports a test file that fails to load as a failed test. Stryker counts tests and would treat the mutant as survived
 * if a file contributes none.
 */
export default class LoadingRunner extends TestRunner {
  override async importFile(file: string, source: 'collect' | 'setup'): Promise<unknown> {
    try {
      return await super.importFile(file, source);
    } catch (error) {
      if (source === 'setup') throw error;
      test('loads the test file', () => {
        throw error;
      });
      return undefined;
    }
  }
}
