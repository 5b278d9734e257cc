import { test } from 'vitest';
import { VitestTestRunner } from 'vitest/runners';

/** Makes a failed test of a file that fails to load: Stryker counts tests, and takes a mutant without any for alive. */
export default class LoadingRunner extends VitestTestRunner {
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
