import { describe, expect, it } from 'vitest';
import type { TenantEntitlements } from '../../../../../src/licensing/entitlement-engine.ts';
import type { UserLicenses } from '../../../../../src/licensing/licenses/license-data.ts';
import type { AccessRequest } from '../../../../../src/tenants/access-request-store.ts';
import {
  type AccessRequestGroup,
  accessRequestGroup,
  resolvedAccessRequests,
} from '../../../../../src/web/admin/access-requests/access-request-groups.ts';
import { createListedPlanReports } from '../../../../../src/web/admin/access-requests/listed-plan-reports.ts';
import type { InvalidResolution } from '../../../../../src/web/admin/access-requests/resolution-form.ts';
import type { Language } from '../../../../../src/web/rendering/i18n.ts';
import { entitlementEngine } from '../../../licensing/fixtures/engine.ts';
import { publishedTenant, userWithPlan } from '../../../licensing/fixtures/tenants.ts';
import { english, german } from '../../harness.ts';
import { requestAccess } from '../../panel/panel-contexts.ts';

const premium = publishedTenant('premium');
const suiteCore = publishedTenant('suite-core');
const salesPremium = userWithPlan(premium, 'ten-sales');
const premiumPlans = entitlementEngine(premium, '2026-12-01');
const resolution = { resolvedAt: new Date('2026-11-30T10:00:00Z'), resolvedBy: 'Kari Nygård' };

interface Given {
  readonly requests?: readonly AccessRequest[];
  readonly count?: number;
  readonly licenses?: UserLicenses | null;
  readonly mayDropService?: boolean;
  readonly refused?: InvalidResolution;
  readonly language?: Language;
  readonly plans?: TenantEntitlements;
  readonly listedPlan?: string;
}

/** The group of the requests for one subject, by users who all have these licenses. */
function group(subject: string, given: Given = {}): AccessRequestGroup {
  const { requests = [requestAccess(subject)], licenses = salesPremium } = given;
  const users = new Map<number, UserLicenses>();
  if (licenses !== null) for (const { associateId } of requests) users.set(associateId, licenses);
  const { plans = premiumPlans, listedPlan = 'Field Light' } = given;
  const listedPlans = new Map(requests.map(({ associateId }) => [associateId, listedPlan]));
  const reportOnListedPlan = createListedPlanReports(plans, listedPlans);
  return accessRequestGroup(
    { subject, count: given.count ?? requests.length, requests },
    { plans, users, reportOnListedPlan, mayDropService: given.mayDropService ?? true },
    given.refused ?? null,
    given.language ?? english,
  );
}

describe('open access requests', () => {
  it('show the subject, who asks since when and why, and how many ask', () => {
    const requests = [
      requestAccess('feature:saint', { id: '1', reason: 'For follow-ups' }),
      requestAccess('feature:saint', { id: '2', associateId: 6, requestedBy: '' }),
    ];
    const { title, people, requests: shown } = group('feature:saint', { requests });
    expect([title, people]).toEqual(['Feature: Activity Monitors (SAINT)', '2 people ask for it.']);
    expect(shown.map(({ requestedBy, requestedOn, reason }) => [requestedBy, requestedOn, reason])).toEqual([
      ['Markus Brandt', '22 November 2026', 'For follow-ups'],
      ['User 6', '22 November 2026', ''],
    ]);
    expect(group('feature:saint', { count: 3 }).people).toBe(
      '3 people ask for it. 2 more are listed once these are answered.',
    );
  });

  it('show the plan today, the plan needed and its free seats', () => {
    const shown = ({ requests: [first] }: AccessRequestGroup) => [
      first?.planToday,
      first?.planNeeded,
      first?.seat,
    ];
    expect(shown(group('feature:mailings'))).toEqual([
      'Sales-Premium',
      'Sales-Premium + Marketing-Essentials',
      { state: 'buy', text: 'To purchase' },
    ]);
    expect(shown(group('plan:marketing-premium'))).toEqual([
      'Sales-Premium',
      'Marketing-Premium',
      { state: 'assign', text: '4 seats free' },
    ]);
    expect(shown(group('feature:quote-management'))).toEqual(['Sales-Premium', 'has it today', null]);
    const unknown = ['User plan not known', 'plan needed not known', null];
    expect(shown(group('feature:mailings', { licenses: null }))).toEqual(unknown);
    expect(shown(group('plan:marketing-premium', { licenses: null }))).toEqual([
      'User plan not known',
      'Marketing-Premium',
      { state: 'assign', text: '4 seats free' },
    ]);
    expect(shown(group('feature:gone'))[1]).toBe('plan needed not known');
  });

  it('name the plan with a free seat among those that are equally near', () => {
    const [first] = group('feature:saint', { licenses: userWithPlan(premium, null) }).requests;
    expect([first?.planNeeded, first?.seat?.text]).toEqual(['Service-Premium', '10 seats free']);
  });

  it('name no seat of a CRM Suite plan, which all users share', () => {
    const plans = entitlementEngine(suiteCore, '2026-12-01');
    const [first] = group('plan:growth', { plans, licenses: userWithPlan(suiteCore, null) }).requests;
    expect([first?.planNeeded, first?.seat]).toEqual(['CRM Suite Growth', null]);
  });

  it('name the plan in the list of users for one whose licenses are not known', () => {
    const [asked] = group('feature:knowledge-base', {
      licenses: null,
      listedPlan: 'Marketing Premium',
    }).requests;
    expect([asked?.planToday, asked?.planNeeded, asked?.seat?.state]).toEqual([
      'Marketing-Premium',
      'Service-Essentials + Marketing-Premium',
      'buy',
    ]);
    const [has] = group('feature:saint', { licenses: null, listedPlan: 'Sales Premium' }).requests;
    expect(has?.planNeeded).toBe(english.t('admin.hasItToday'));
    const [unknown] = group('feature:saint', { licenses: null, listedPlan: 'Field Light' }).requests;
    expect(unknown?.planNeeded).toBe(english.t('admin.planNeededUnknown'));
  });

  it('name the plan of CRM Suite for a user whose licenses are not known', () => {
    const plans = entitlementEngine(suiteCore, '2026-12-01');
    const [asked] = group('feature:mailings', { plans, licenses: null }).requests;
    expect([asked?.planToday, asked?.planNeeded]).toEqual(['CRM Suite Core', 'CRM Suite Growth']);
    const [has] = group('feature:project-management', { plans, licenses: null }).requests;
    expect(has?.planNeeded).toBe(english.t('admin.hasItToday'));
  });

  it('use the language of the page, also for catalogue labels', () => {
    const { title, requests } = group('feature:saint', { language: german });
    expect([title, requests[0]?.requestedOn]).toEqual([
      'Funktion: Aktivitätsüberwachung (SAINT)',
      '22. November 2026',
    ]);
  });

  it.each([
    ['plan:core', 'Plan: CRM Suite Core'],
    ['feature:gone', 'gone'],
    ['plan:gone', 'gone'],
    ['plan:saint', 'saint'],
    ['feature:sales-premium', 'sales-premium'],
    ['gone', 'gone'],
    ['', ''],
  ])('show the subject %j by its label, or by its key if the catalogue lacks it', (subject, title) => {
    expect(group(subject).title).toBe(title);
  });

  it('do not interpret text from a user as a translation template', () => {
    const requestedBy = '$t(admin.title) {{date}}';
    const requests = [requestAccess('feature:saint', { requestedBy })];
    expect(group('feature:saint', { requests }).requests[0]?.requestedBy).toBe(requestedBy);
  });

  it('warn of open requests for a plan without Service if a user may have Service', () => {
    const warning = english.t('crm.mayDropService');
    expect(group('plan:sales-premium').serviceWarning).toBe(warning);
    expect(group('plan:sales-premium', { mayDropService: false }).serviceWarning).toBe('');
    expect(group('plan:service-essential').serviceWarning).toBe('');
    expect(group('plan:starter').serviceWarning).toBe('');
    expect(group('feature:saint').serviceWarning).toBe('');
  });

  it('are ticked if only one person asks, or as a rejected form had them ticked, with its comment and error', () => {
    const requests = ['1', '2', '3'].map((id) => requestAccess('feature:saint', { id }));
    const ticks = (given: Given) => group('feature:saint', given).requests.map(({ isTicked }) => isTicked);
    expect(ticks({})).toEqual([true]);
    expect(ticks({ requests })).toEqual([false, false, false]);
    const comment = 'x'.repeat(1501);
    const refused = {
      subject: 'feature:saint',
      id: ['2'],
      comment,
      answer: '',
      saveAs: '',
      validationError: 'comment-too-long',
    } as const;
    expect(ticks({ requests, refused })).toEqual([false, true, false]);
    expect(group('feature:saint', { requests, refused })).toMatchObject({
      draft: comment,
      invalid: 'comment',
      validationError: expect.stringContaining('1,501 characters; at most 500'),
    });
    expect(group('feature:forms', { refused })).toMatchObject({
      draft: '',
      validationError: '',
      invalid: null,
    });
  });
});

describe('resolved access requests', () => {
  it('show how, when and by whom they were resolved', () => {
    const declined = { state: 'declined', comment: 'Next year.', ...resolution } as const;
    const all = [
      requestAccess('feature:forms', declined),
      requestAccess('feature:saint', { state: 'fulfilled', ...resolution, resolvedBy: '' }),
      requestAccess('feature:saint'),
    ];
    const shown = resolvedAccessRequests(all, english);
    expect(shown.map(({ title, outcome, comment }) => [title, outcome, comment])).toEqual([
      ['Feature: Forms (Web forms)', 'Declined on 30 November 2026 by Kari Nygård', 'Next year.'],
      ['Feature: Activity Monitors (SAINT)', 'Done on 30 November 2026 by an administrator', ''],
    ]);
  });
});
