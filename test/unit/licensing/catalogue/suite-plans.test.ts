import { describe, expect, it } from 'vitest';
import { suiteReaches } from '../../../../src/licensing/catalogue/suite-plans.ts';

describe('suiteReaches', () => {
  it('treats a plan as including itself and every lower plan', () => {
    expect(suiteReaches('growth', 'core')).toBe(true);
    expect(suiteReaches('growth', 'growth')).toBe(true);
    expect(suiteReaches('core', 'growth')).toBe(false);
  });
});
