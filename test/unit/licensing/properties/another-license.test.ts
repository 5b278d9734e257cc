import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TenantLicenses, UserLicenses } from '../../../../src/licensing/licenses/license-data.ts';
import { featureLicense, publishedCase, runs, someCase, timeoutMs } from '../fixtures/arbitraries.ts';
import { getEntitlements } from '../fixtures/tenant-entitlements.ts';

/** Whether the site licenses are known: once one is reported, any other site license counts as absent. */
function knowsSiteLicenses({ complete, modules }: TenantLicenses, user: UserLicenses): boolean {
  const own = ({ owner }: { readonly owner: string }) => owner.trim().toLowerCase() === 'superoffice';
  const byUser = user.granted.some((each) => own(each) && each.scope === 'site');
  return (complete && modules.some(own)) || (user.complete && byUser);
}

describe('an additional license', () => {
  const cases = fc.oneof(publishedCase, someCase);

  it('an additional license disables no feature, unless it is the first known site license', {
    timeout: timeoutMs,
  }, () => {
    fc.assert(
      fc.property(cases, featureLicense, ({ tenant, user }, license) => {
        const userWithMore = { ...user, granted: [...user.granted, license] };
        fc.pre(knowsSiteLicenses(tenant, user) === knowsSiteLicenses(tenant, userWithMore));
        const plans = getEntitlements(tenant);
        const after = plans.report(userWithMore).entitlements;
        const alreadyEnabled = plans.report(user).entitlements.filter(({ state }) => state === 'enabled');
        const stillEnabled = new Set(after.filter(({ state }) => state === 'enabled').map(({ row }) => row));
        expect(alreadyEnabled.map(({ row }) => row).filter((row) => !stillEnabled.has(row))).toEqual([]);
      }),
      runs,
    );
  });
});
