import { describe, expect, it } from 'vitest';
import { featureKeys } from '../../../../src/licensing/catalogue/feature-keys.ts';
import {
  additionalRequirements,
  getAdditionalRequirements,
} from '../../../../src/licensing/catalogue/requirements.ts';

describe('getAdditionalRequirements', () => {
  it('lists what sales targets require besides their license, and nothing for other features', () => {
    const found = featureKeys.flatMap((feature) => {
      const also = getAdditionalRequirements(feature);
      return also.length === 0 ? [] : [[feature, also]];
    });
    expect(found).toEqual([['sale-targets-and-kpis', ['online-only', 'sales-targets-unlimited-for-more']]]);
  });

  it('uses each code for at least one feature', () => {
    const used = new Set(featureKeys.flatMap(getAdditionalRequirements));
    expect(used).toEqual(new Set(additionalRequirements));
  });
});
