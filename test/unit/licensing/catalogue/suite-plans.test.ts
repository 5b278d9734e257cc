import { describe, expect, it } from 'vitest';
import { isSuitePlanAtLeast } from '../../../../src/licensing/catalogue/suite-plans.ts';

describe('isSuitePlanAtLeast', () => {
  it('treats a plan as including itself and every lower plan', () => {
    expect(isSuitePlanAtLeast('growth', 'core')).toBe(true);
    expect(isSuitePlanAtLeast('growth', 'growth')).toBe(true);
    expect(isSuitePlanAtLeast('core', 'growth')).toBe(false);
  });
});
