import { describe, expect, it } from 'vitest';
import { parsePlan, planPageView } from '../../../../src/web/panel/plan-page.ts';
import { goldenTenants } from '../../licensing/fixtures/golden-cases.ts';
import { publishedTenant, tenantWith, userWith, userWithPlan } from '../../licensing/fixtures/tenants.ts';
import { english, languages } from '../harness.ts';
import { addresses, createContext, type Given, requestAccess } from './panel-contexts.ts';

const premium = publishedTenant('premium');
const suiteCore = publishedTenant('suite-core');
const salesman = userWithPlan(premium, 'ten-sales');
const onPlans: Given = { tenant: premium, user: salesman };

function comparison(plan: Parameters<typeof planPageView>[1], given: Given = onPlans) {
  return planPageView(createContext(given), plan, given.isAdministrator ? addresses : null).comparison;
}

describe('plan comparison page', () => {
  it('offers the 26 user plans or the five CRM Suite plans', () => {
    expect(planPageView(createContext(onPlans), null, null)).toMatchObject({
      own: 'Sales-Premium',
      comparison: null,
    });
    expect(planPageView(createContext(onPlans), null, null).plans).toHaveLength(26);
    const suite = planPageView(createContext({ tenant: suiteCore, user: userWith() }), 'plus', null).plans;
    expect(suite.map(({ label, chosen }) => [label, chosen])).toEqual([
      ['CRM Suite Starter', false],
      ['CRM Suite Core', false],
      ['CRM Suite Growth', false],
      ['CRM Suite Plus', true],
      ['CRM Suite Super', false],
    ]);
  });

  it('shows the features gained and the seat required', () => {
    const compared = comparison('sales-premium+service-essential');
    expect(compared).toMatchObject({
      plan: 'Sales-Premium + Service-Essentials',
      isOwn: false,
      summary: 'Gained: 6 · Lost: 0',
      seat: english.t('seat.buy'),
      lost: [],
    });
    expect(compared?.gained.map(({ label }) => label)).toContain('Request / Ticket management');
    expect(compared?.notes).toContain(english.t('compare.fromCatalogue'));
  });

  it('names no free seat on a tenant that pays for the seats in use', () => {
    const tenant = goldenTenants.get('seats-billed-by-use') ?? tenantWith();
    const user = userWithPlan(tenant, 'ten-sales');
    expect(comparison('sales-essential+service-premium', { tenant, user })?.seat).toBe(
      'Seats are billed by use: an administrator can assign one now.',
    );
    expect(comparison('marketing-premium', { tenant, user })?.seat).toBe(english.t('seat.ask'));
  });

  it('shows the features lost on a lower plan', () => {
    const lost = comparison('sales-essential')?.lost ?? [];
    expect(lost.map(({ label }) => label)).toContain('Quote Management');
    expect(lost[0]?.note).toMatch(/^\(Enabled → /);
  });

  it('marks the current plan of the user and allows no access request for it', () => {
    expect(comparison('sales-premium')).toMatchObject({
      isOwn: true,
      summary: 'This is your plan.',
      accessRequest: null,
    });
    const onSuite = comparison('core', { tenant: suiteCore, user: userWith() });
    expect(onSuite).toMatchObject({ isOwn: true, accessRequest: null });
  });

  it('shows that a Suite plan covers the whole company, and shows its limits', () => {
    const compared = comparison('starter', { tenant: suiteCore, user: userWith() });
    expect(compared).toMatchObject({ seat: english.t('compare.wholeCompany'), renewal: '' });
    expect(compared?.lost.map(({ label }) => label)).toContain('Project management');
    expect(compared?.changed.map(({ note }) => note)).toContain('(Dashboards: 3)');
  });

  it('warns of open requests on every plan that drops Service, and on no other', () => {
    const warned = (user: Given['user'], given: Partial<Given> = {}) =>
      planPageView(createContext({ ...onPlans, user, ...given }), null, null)
        .plans.map(({ key }) => key)
        .filter((key) => comparison(key, { ...onPlans, user, ...given })?.serviceWarning !== '');
    expect(warned(userWithPlan(premium, 'ten-service'))).toEqual([
      'sales-essential',
      'sales-premium',
      'marketing-essential',
      'marketing-premium',
      'sales-essential+marketing-essential',
      'sales-essential+marketing-premium',
      'sales-premium+marketing-essential',
      'sales-premium+marketing-premium',
    ]);
    expect(warned(userWithPlan(premium, 'ten-sales'))).toEqual([]);
    expect(warned(userWith(), { tenant: suiteCore })).toEqual([]);
    expect(
      comparison('sales-premium', { ...onPlans, user: userWithPlan(premium, 'ten-service') }),
    ).toMatchObject({
      serviceWarning: english.t('crm.dropsService'),
    });
  });

  it('shows administrators how to make the change, and nobody else', () => {
    const administrator = { ...onPlans, isAdministrator: true };
    expect(comparison('service-premium')?.administration).toBeNull();
    expect(comparison('sales-premium', administrator)?.administration).toBeNull();
    const assigned = comparison('service-premium', administrator)?.administration;
    expect(assigned).toEqual({
      steps: [english.t('crm.step.assign-plan')],
      links: [{ text: 'Open Users', href: addresses.users, target: 'adminusers' }],
    });
    const onSuite = { tenant: suiteCore, user: userWith(), isAdministrator: true };
    expect(comparison('growth', onSuite)?.administration?.links.map(({ target }) => target)).toEqual([
      'adminlicense',
      '',
    ]);
  });

  it('allows an access request only for a plan without an open one', () => {
    const accessRequests = [requestAccess('plan:service-premium')];
    expect(comparison('service-premium', { ...onPlans, accessRequests })?.accessRequest?.mayRequest).toBe(
      false,
    );
    expect(comparison('service-essential', { ...onPlans, accessRequests })?.accessRequest?.mayRequest).toBe(
      true,
    );
  });

  it('compares nothing for an unknown user and explains why once a plan is chosen', () => {
    const given = { tenant: premium, user: null };
    expect(comparison('service-premium', given)).toBeNull();
    expect(planPageView(createContext(given), 'service-premium', null).nothing).toBe(
      english.t('reason.user-unknown'),
    );
    expect(planPageView(createContext(given), null, null).nothing).toBe('');
    expect(planPageView(createContext(onPlans), 'service-premium', null).nothing).toBe('');
  });

  it('leaves no placeholder unfilled in any language', () => {
    for (const code of languages.codes) {
      const language = languages.choose([code]);
      const pages = [
        planPageView(createContext({ ...onPlans, language }), 'service-premium', addresses),
        planPageView(createContext({ tenant: suiteCore, user: userWith(), language }), 'plus', addresses),
      ];
      expect(JSON.stringify(pages)).not.toMatch(/\{\{|undefined|NaN|returned an object|"(compare|crm)\./);
    }
  });
});

describe('planIn', () => {
  it('accepts only plans of the license model of the tenant', () => {
    expect(parsePlan('service-premium', createContext(onPlans))).toBe('service-premium');
    const suite = createContext({ tenant: suiteCore, user: userWith() });
    expect(parsePlan('plus', suite)).toBe('plus');
    for (const key of ['plus', '', 'toString', ['service-premium'], null]) {
      expect(() => parsePlan(key, createContext(onPlans))).toThrow('plan-unknown');
    }
    expect(() => parsePlan('service-premium', suite)).toThrow('plan-unknown');
  });
});
