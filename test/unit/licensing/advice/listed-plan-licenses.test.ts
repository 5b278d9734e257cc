import { describe, expect, it } from 'vitest';
import { entitlementEngine } from '../fixtures/engine.ts';
import { publishedTenant, userWithPlan } from '../fixtures/tenants.ts';

const today = '2026-12-01';
const premium = publishedTenant('premium');
const entitlements = entitlementEngine(premium, today);
const licensesOf = (userPlan: string) => entitlements.licensesOfListedPlan(5, userPlan);

describe('licensesOfListedPlan', () => {
  it.each([
    ['ten-sales', 'Sales Premium'],
    ['ten-marketing', ' marketing-premium '],
    ['ten-salesservicemarketing', 'Sales-Premium + Service-Premium + Marketing-Premium'],
  ])('enables what the licenses of a user with the plan %s enable, and claims nothing else', (plan, text) => {
    const listed = entitlements.report(licensesOf(text));
    const read = entitlements.report(userWithPlan(premium, plan));
    expect(listed.plan).toMatchObject({ kind: 'user-plan', modules: [plan] });
    const enabled = ({ features }: typeof read) =>
      [...features.values()].filter(({ state }) => state === 'enabled').map(({ feature }) => feature);
    expect(enabled(listed)).toEqual(enabled(read));
    expect(licensesOf(text)).toMatchObject({ associateId: 5, complete: false, functionRights: null });
  });

  it.each(['', '(No Selection)', 'Field Service Light', 'Sales Essentials'])(
    'leaves the plan unknown for the text “%s”',
    (text) => {
      expect(licensesOf(text).granted).toEqual([]);
      expect(entitlements.report(licensesOf(text)).plan).toBeNull();
    },
  );

  it('does not choose between two plans of the same description', () => {
    const [first] = premium.modules.filter(({ name }) => name === 'ten-sales');
    if (first === undefined) throw new Error('no plan');
    const modules = [...premium.modules, { ...first, name: 'sales-light' }];
    const two = entitlementEngine({ ...premium, modules }, today);
    expect(two.licensesOfListedPlan(5, 'Sales Premium').granted).toEqual([]);
  });

  it('is decided by the plan of the tenant on CRM Suite', () => {
    const suite = entitlementEngine(publishedTenant('suite-core'), today);
    expect(suite.report(suite.licensesOfListedPlan(5, '')).plan?.kind).toBe('suite');
  });
});
