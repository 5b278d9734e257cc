import { describe, expect, it } from 'vitest';
import { entitlementEngine, getRule } from '../fixtures/engine.ts';
import { grantedLicense, moduleLicense, tenantWith, userWith } from '../fixtures/tenants.ts';

const mailings = getRule('mailings');
const today = '2026-12-01';
const tenant = tenantWith(...mailings.site.map((name) => moduleLicense({ name })));
const planRow = (name: string, description: string) =>
  grantedLicense({ name, description, extraFlags: 1, extraInfo: `set=user,${mailings.user.join()}` });

describe('whatIf', () => {
  const findMailingsState = (planModule: string, description: string) => {
    const user = userWith(planRow(planModule, description));
    return entitlementEngine(tenant, today).whatIf(user, 'sales-premium')?.report.features.get('mailings')
      ?.state;
  };

  it('includes the license set of the assigned plan when that plan is lower', () => {
    expect(findMailingsState('ten-sales', 'Sales Essentials')).toBe('enabled');
  });

  it('drops the licenses of an assigned plan for another solution and of an old plan', () => {
    expect(findMailingsState('ten-service', 'Service Essentials')).not.toBe('enabled');
    expect(findMailingsState('superlicense-sales-pro', 'Sales')).not.toBe('enabled');
  });

  it('keeps licenses granted separately from the plan', () => {
    const separateGrants = mailings.user.map((name) => grantedLicense({ name }));
    const user = userWith(
      grantedLicense({
        name: 'ten-sales',
        description: 'Sales Essentials',
        extraFlags: 1,
        extraInfo: 'set=user',
      }),
      ...separateGrants,
    );
    const report = entitlementEngine(tenant, today).whatIf(user, 'sales-premium')?.report;
    expect(report?.features.get('mailings')?.state).toBe('enabled');
  });
});
