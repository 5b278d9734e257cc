import { describe, expect, it } from 'vitest';
import { parsePlanSelection } from '../../../../src/web/panel/plan-selection.ts';
import { plansPageView } from '../../../../src/web/panel/plans-page.ts';
import type { AnyPlan } from '../../../../src/web/plan-names.ts';
import { goldenTenants } from '../../licensing/fixtures/golden-cases.ts';
import { publishedTenant, tenantWith, userWith, userWithPlan } from '../../licensing/fixtures/tenants.ts';
import { english, languages } from '../harness.ts';
import { addresses, createContext, type Given, requestAccess } from './panel-contexts.ts';

const premium = publishedTenant('premium');
const suiteCore = publishedTenant('suite-core');
const onPlans: Given = { tenant: premium, user: userWithPlan(premium, 'ten-sales') };
const onSuite: Given = { tenant: suiteCore, user: userWith() };

function viewPlans(plan: AnyPlan | readonly AnyPlan[] | null, given: Given = onPlans, basis = '') {
  const context = createContext(given);
  const selection = parsePlanSelection({ plan: plan ?? [], basis }, context.report);
  return plansPageView(context, selection, {
    addresses: given.isAdministrator ? addresses : null,
    publicUrl: 'https://planlens.example',
  });
}

const compare = (plan: AnyPlan, given: Given = onPlans) => viewPlans(plan, given).comparison;

describe('plan choice', () => {
  it('offers the six basic user plans and ticks those of a combination', () => {
    const { choices, isSuite } = viewPlans('sales-premium+service-essential');
    expect(isSuite).toBe(false);
    expect(choices.map(({ label, ticked }) => [label, ticked])).toEqual([
      ['Sales-Essentials', false],
      ['Sales-Premium', true],
      ['Service-Essentials', true],
      ['Service-Premium', false],
      ['Marketing-Essentials', false],
      ['Marketing-Premium', false],
    ]);
  });

  it('offers the five CRM Suite plans', () => {
    const { choices, isSuite } = viewPlans('plus', onSuite);
    expect(isSuite).toBe(true);
    expect(choices.map(({ label, ticked }) => [label, ticked])).toEqual([
      ['CRM Suite Starter', false],
      ['CRM Suite Core', false],
      ['CRM Suite Growth', false],
      ['CRM Suite Plus', true],
      ['CRM Suite Super', false],
    ]);
  });

  it('chooses the step up that adds the most features if the query names no plan', () => {
    expect(viewPlans(null).comparison).toMatchObject({
      plan: 'Sales-Premium + Marketing-Essentials',
      lost: [],
    });
    expect(viewPlans(null, onSuite).comparison?.plan).toBe('CRM Suite Growth');
  });
});

describe('basis of the comparison', () => {
  const basesOf = (plan: AnyPlan | null, given = onPlans) =>
    viewPlans(plan, given).bases.map(({ key, isChosen }) => [key, isChosen]);

  it('is the own plan with another one where a link contains it, else another one instead', () => {
    expect(basesOf(null)).toEqual([
      ['in-addition', true],
      ['instead', false],
    ]);
    expect(basesOf('sales-premium+marketing-premium')).toEqual(basesOf(null));
    expect(basesOf('service-premium')).toEqual([
      ['in-addition', false],
      ['instead', true],
    ]);
  });

  it('adds the own plan to a ticked one', () => {
    const { comparison, choices } = viewPlans('service-premium', onPlans, 'in-addition');
    expect(comparison).toMatchObject({ plan: 'Sales-Premium + Service-Premium', lost: [], refusal: '' });
    expect(choices.filter(({ ticked }) => ticked).map(({ key }) => key)).toEqual([
      'sales-premium',
      'service-premium',
    ]);
    expect(viewPlans('service-premium', onPlans, 'instead').comparison?.plan).toBe('Service-Premium');
  });

  it('is no choice on CRM Suite, without a plan, or with every plan', () => {
    expect(basesOf('plus', onSuite)).toEqual([]);
    expect(basesOf(null, { tenant: premium, user: userWith() })).toEqual([]);
  });

  it('says which ticked plan another one of its solution includes, but not of the own plan', () => {
    const textOf = (...plans: AnyPlan[]) => viewPlans(plans).containedText;
    expect(textOf('service-essential', 'service-premium', 'marketing-premium')).toBe(
      'Only one plan of a solution counts: Service-Premium includes Service-Essentials.',
    );
    expect(textOf('sales-premium', 'service-premium')).toBe('');
    expect(viewPlans('sales-essential', onPlans, 'in-addition').containedText).toBe(
      'Only one plan of a solution counts: Sales-Premium includes Sales-Essentials.',
    );
  });
});

describe('link for colleagues', () => {
  it('names the tenant, the plans and the filter, but neither user nor language', () => {
    const selection = {
      chosen: 'sales-premium+service-essential',
      basis: 'in-addition',
      contained: [],
      differencesOnly: true,
    } as const;
    const publicUrl = 'https://planlens.example';
    expect(plansPageView(createContext(onPlans), selection, { addresses: null, publicUrl }).sharedUrl).toBe(
      `${publicUrl}/panel/plans?uctx=Cust12345&differences=on&plan=sales-premium&plan=service-essential`,
    );
  });
});

describe('plan comparison', () => {
  it('shows the features gained and the seat required', () => {
    const compared = compare('sales-premium+service-essential');
    expect(compared).toMatchObject({
      plan: 'Sales-Premium + Service-Essentials',
      isOwn: false,
      summary: 'Gained: 6 · Lost: 0',
      seat: { state: 'buy', badge: 'To purchase' },
      seatText: english.t('seat.buy'),
      lost: [],
      refusal: '',
    });
    expect(compared?.gained.map(({ label }) => label)).toContain('Request / Ticket management');
    expect(compared?.notes).toContain(english.t('compare.fromCatalogue'));
  });

  it('names no free seat on a tenant that pays for the seats in use', () => {
    const tenant = goldenTenants.get('seats-billed-by-use') ?? tenantWith();
    const given = { tenant, user: userWithPlan(tenant, 'ten-sales') };
    expect(compare('sales-essential+service-premium', given)?.seat?.state).toBe('by-use');
    expect(compare('marketing-premium', given)?.seat?.state).toBe('ask');
  });

  it('names the features lost, with what remains of them', () => {
    const lost = compare('sales-essential')?.lost ?? [];
    expect(lost).toContainEqual({ label: 'Quote Management', note: '(Enabled → View only)' });
    expect(lost).toContainEqual({ label: 'Sales forecasting on the product level', note: '' });
  });

  it('allows no access request for a plan that takes something away, and names the one that keeps it', () => {
    expect(compare('sales-essential')).toMatchObject({
      refusal: english.t('compare.loss'),
      keepingAll: null,
      accessRequest: null,
    });
    expect(compare('service-premium')).toMatchObject({
      refusal: english.t('compare.loss'),
      keepingAll: {
        text: 'Sales-Premium + Service-Premium would keep what you have.',
        href: '/panel/plans?uctx=Cust12345&usid=5&lang=en&plan=sales-premium%2Bservice-premium',
      },
      accessRequest: null,
    });
    expect(compare('starter', onSuite)).toMatchObject({ keepingAll: null, accessRequest: null });
  });

  it('lets the user withdraw an earlier request for a plan that takes something away', () => {
    const accessRequests = [requestAccess('plan:service-premium')];
    expect(compare('service-premium', { ...onPlans, accessRequests })?.accessRequest).toMatchObject({
      mayRequest: false,
      mayWithdraw: true,
    });
  });

  it('marks the current plan of the user and allows no access request for it', () => {
    const own = { isOwn: true, summary: 'This is your plan.', refusal: '', accessRequest: null };
    expect(compare('sales-premium')).toMatchObject(own);
    expect(compare('core', onSuite)).toMatchObject(own);
  });

  it('shows that a Suite plan covers the whole company, and shows its limits', () => {
    const compared = compare('starter', onSuite);
    expect(compared).toMatchObject({
      seat: null,
      seatText: english.t('compare.wholeCompany'),
      renewal: '',
    });
    expect(compared?.lost.map(({ label }) => label)).toContain('Project management');
    expect(compared?.changed.map(({ note }) => note)).toContain('(Dashboards: 3)');
  });

  it.each<[AnyPlan, boolean]>([
    ['sales-essential', true],
    ['marketing-premium', true],
    ['sales-premium+marketing-premium', true],
    ['service-essential', false],
    ['sales-premium+service-premium', false],
  ])('warns a Service user of open requests on %s: %s', (plan, isWarned) => {
    const given = { tenant: premium, user: userWithPlan(premium, 'ten-service') };
    expect(compare(plan, given)?.serviceWarning).toBe(isWarned ? english.t('crm.dropsService') : '');
  });

  it('warns neither users without Service nor users on CRM Suite of open requests', () => {
    expect(compare('marketing-premium')?.serviceWarning).toBe('');
    expect(compare('starter', onSuite)?.serviceWarning).toBe('');
  });

  it('shows administrators how to make the change, and nobody else', () => {
    const administrator = { ...onPlans, isAdministrator: true };
    expect(compare('service-premium')?.administration).toBeNull();
    expect(compare('sales-premium', administrator)?.administration).toBeNull();
    expect(compare('service-premium', administrator)?.administration).toEqual({
      steps: [english.t('crm.step.assign-plan')],
      links: [{ text: 'Open Users', href: addresses.users, target: 'adminusers' }],
    });
    const { links } = compare('growth', { ...onSuite, isAdministrator: true })?.administration ?? {};
    expect(links?.map(({ target }) => target)).toEqual(['adminlicense', '']);
  });

  it('allows an access request only for a plan without an open one', () => {
    const given = { ...onPlans, accessRequests: [requestAccess('plan:sales-premium+service-premium')] };
    expect(compare('sales-premium+service-premium', given)?.accessRequest?.mayRequest).toBe(false);
    expect(compare('sales-premium+service-essential', given)?.accessRequest?.mayRequest).toBe(true);
  });

  it('tells a user without a plan to choose one, which they may ask for', () => {
    const withoutPlan = { tenant: premium, user: userWith() };
    expect(viewPlans(null, withoutPlan)).toMatchObject({
      hint: english.t('compare.choose'),
      comparison: null,
    });
    expect(viewPlans('sales-essential', withoutPlan)).toMatchObject({
      hint: '',
      comparison: { refusal: '', accessRequest: { mayRequest: true } },
    });
    expect(viewPlans(null, { ...withoutPlan, isAdministrator: true }).hint).toBe('');
    expect(viewPlans(null).hint).toBe('');
  });

  it('compares nothing for an unknown user', () => {
    expect(viewPlans('service-premium', { tenant: premium, user: null })).toMatchObject({
      matrix: null,
      comparison: null,
    });
  });
});

it('no page contains an unfilled placeholder in any language', () => {
  for (const code of languages.codes) {
    const language = languages.choose([code]);
    const pages = [
      viewPlans('service-premium', { ...onPlans, language, isAdministrator: true }),
      viewPlans('starter', { ...onSuite, language, isAdministrator: true }),
    ];
    expect(JSON.stringify(pages)).not.toMatch(/\{\{|undefined|NaN|returned an object|"(compare|crm)\./);
  }
});
