import { describe, expect, it } from 'vitest';
import type { TenantLicenses } from '../../../../src/licensing/licenses/license-data.ts';
import type { AccessRequest } from '../../../../src/tenants/access-request-store.ts';
import type { Contract } from '../../../../src/tenants/tenant.ts';
import { type AdminInput, type AdminView, adminView } from '../../../../src/web/admin/admin-view.ts';
import { entitlementEngine } from '../../licensing/fixtures/engine.ts';
import { goldenTenants } from '../../licensing/fixtures/golden-cases.ts';
import { moduleLicense, publishedTenant, tenantWith } from '../../licensing/fixtures/tenants.ts';
import { english, german, languages } from '../harness.ts';
import { addresses, readAt, requestAccess, tenant } from '../panel/panel-contexts.ts';

const premium = publishedTenant('premium');
const today = '2026-12-01';

interface Given extends Partial<AdminInput> {
  readonly licenses?: TenantLicenses | null;
  readonly contract?: Contract | null;
}

function view({ licenses = premium, contract = null, ...given }: Given = {}): AdminView {
  return adminView({
    tenant: { ...tenant, contract },
    accessRequests: [],
    tenantLicenses: licenses === null ? null : { content: licenses, readAt, stale: false, version: 1 },
    tenantEntitlements: entitlementEngine(licenses, today),
    changes: [],
    today,
    csrfToken: 'a token',
    language: english,
    refused: null,
    lang: '',
    resolved: null,
    users: [],
    erased: null,
    addresses,
    ...given,
  });
}

const resolution = { resolvedAt: new Date('2026-11-30T10:00:00Z'), resolvedBy: 'Kari Nygård' };

describe('access request queue', () => {
  const one = (accessRequest: AccessRequest, given: Given = {}) =>
    view({ accessRequests: [accessRequest], ...given }).open[0];

  it('shows who requested what, when and why, in the given order', () => {
    const accessRequests = [
      requestAccess('feature:saint', { reason: 'For follow-ups' }),
      requestAccess('plan:sales-premium'),
      requestAccess('feature:forms', { state: 'declined', comment: 'Next year.', ...resolution }),
      requestAccess('feature:saint', { state: 'fulfilled', ...resolution }),
    ];
    const page = view({ accessRequests });
    expect(page.open[0]).toEqual({
      id: accessRequests[0]?.id,
      title: 'Feature: Activity Monitors (SAINT)',
      requestedBy: 'Markus Brandt',
      requestedOn: '22 November 2026',
      reason: 'For follow-ups',
      serviceWarning: '',
      draft: '',
      validationError: '',
    });
    expect(page.open.map(({ title }) => title)[1]).toBe('Plan: Sales-Premium');
    expect(page.resolved.map(({ outcome, comment }) => [outcome, comment])).toEqual([
      ['Declined on 30 November 2026 by Kari Nygård', 'Next year.'],
      ['Done on 30 November 2026 by Kari Nygård', ''],
    ]);
  });

  it('uses the language of the page, also for catalogue labels', () => {
    const accessRequest = one(requestAccess('feature:saint'), { language: german });
    expect(accessRequest?.title).toBe('Funktion: Aktivitätsüberwachung (SAINT)');
    expect(accessRequest?.requestedOn).toBe('22. November 2026');
  });

  it.each([
    ['plan:core', 'Plan: CRM Suite Core'],
    ['feature:gone', 'gone'],
    ['plan:gone', 'gone'],
    ['plan:saint', 'saint'],
    ['feature:sales-premium', 'sales-premium'],
    ['gone', 'gone'],
    ['', ''],
  ])('shows the subject %j by its label, or by its key if the catalogue lacks it', (subject, title) => {
    expect(one(requestAccess(subject))?.title).toBe(title);
  });

  it('shows a user without a name by number and an administrator by role', () => {
    expect(one(requestAccess('feature:saint', { requestedBy: '' }))?.requestedBy).toBe('User 5');
    const accessRequest = requestAccess('feature:saint', {
      state: 'fulfilled',
      ...resolution,
      resolvedBy: '',
    });
    expect(view({ accessRequests: [accessRequest] }).resolved[0]?.outcome).toBe(
      'Done on 30 November 2026 by an administrator',
    );
  });

  it('does not interpret text from a user as a translation template', () => {
    const requestedBy = '$t(admin.title) {{date}}';
    expect(one(requestAccess('feature:saint', { requestedBy }))?.requestedBy).toBe(requestedBy);
    const accessRequest = requestAccess('feature:saint', {
      state: 'fulfilled',
      ...resolution,
      resolvedBy: requestedBy,
    });
    expect(view({ accessRequests: [accessRequest] }).resolved[0]?.outcome).toContain(`by ${requestedBy}`);
  });

  it('warns of open requests for a plan without Service if a user may have Service', () => {
    const warning = english.t('crm.mayDropService');
    const warnings = (subject: string, licenses?: TenantLicenses | null) =>
      one(requestAccess(subject), licenses === undefined ? {} : { licenses })?.serviceWarning;
    expect(warnings('plan:sales-premium')).toBe(warning);
    expect(warnings('plan:sales-premium', null)).toBe(warning);
    expect(warnings('plan:service-essential')).toBe('');
    expect(warnings('plan:starter')).toBe('');
    expect(warnings('feature:saint')).toBe('');
    const salesOnly = tenantWith(moduleLicense({ name: 'ten-sales', extraFlags: 1 }));
    expect(warnings('plan:sales-premium', salesOnly)).toBe('');
  });

  it('shows a rejected resolution again in its own form, with the error', () => {
    const [first, second] = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'];
    const accessRequests = [
      requestAccess('feature:saint', { id: first }),
      requestAccess('feature:forms', { id: second }),
    ];
    const comment = 'x'.repeat(1501);
    const refused = { form: 'resolution', id: second, comment, validationError: 'comment-too-long' } as const;
    const { open, contract } = view({ accessRequests, refused });
    expect(open.map(({ draft, validationError }) => [draft, validationError])).toEqual([
      ['', ''],
      [comment, expect.stringContaining('1,501 characters; at most 500')],
    ]);
    expect(contract.validationError).toBe('');
  });
});

describe('steps in SuperOffice', () => {
  it('lead to the screens where plans are assigned and licenses are purchased', () => {
    const { steps, links } = view().inSuperOffice;
    expect(steps).toEqual([english.t('crm.step.buy-licenses'), english.t('crm.step.assign-plan')]);
    expect(links).toEqual([
      { text: 'Open Licences', href: addresses.licenses, target: 'adminlicense' },
      { text: 'Purchase new licences', href: addresses.shop, target: '' },
      { text: 'Open Users', href: addresses.users, target: 'adminusers' },
    ]);
  });

  it('leave out the shop if SuperOffice reports no address', () => {
    const { links } = view({ addresses: { ...addresses, shop: null } }).inSuperOffice;
    expect(links.map(({ target }) => target)).toEqual(['adminlicense', 'adminusers']);
  });

  it('assign no plan to a user on CRM Suite', () => {
    const { steps, links } = view({ licenses: publishedTenant('suite-core') }).inSuperOffice;
    expect(steps).toEqual([english.t('crm.step.change-suite')]);
    expect(links.map(({ target }) => target)).toEqual(['adminlicense', '']);
  });
});

describe('seat table', () => {
  it('shows when the license data was read and whether it is stale', () => {
    const tenantLicenses = { content: premium, readAt, stale: true, version: 1 };
    const page = view({ tenantLicenses });
    expect(page).toMatchObject({ stale: true, seatsNote: '', asOf: { iso: '2026-11-22T10:00:00.000Z' } });
    expect(page.seats).toHaveLength(4);
    expect(view().stale).toBe(false);
  });

  it('explains why there are no seats to show', () => {
    expect(view({ licenses: null })).toMatchObject({
      seats: [],
      seatsNote: expect.stringContaining('did not let'),
      asOf: null,
      stale: false,
      licenseCheck: { excessUse: [], diagnostics: [] },
    });
    const bare = view({ licenses: tenantWith(moduleLicense({ name: 'server' })) });
    expect(bare.seatsNote).toContain('no plan with seats');
  });

  it('lists the diagnostics of the license data', () => {
    expect(view().licenseCheck).toEqual({ excessUse: [], diagnostics: [] });
    const twice = premium.modules.flatMap((row) =>
      row.name === 'ten-sales' ? [row, { ...row, owner: 'SuperOffice' }] : [row],
    );
    expect(view({ licenses: { ...premium, modules: twice } }).licenseCheck.diagnostics).toEqual([
      'ten-sales is listed 2 times in the licence; it is counted once.',
    ]);
  });
});

describe('overused plans', () => {
  const overused = goldenTenants.get('seats-overused') ?? tenantWith();

  it('shows the cause first, with the contradictions that follow from it', () => {
    const { seats, licenseCheck } = view({ licenses: overused });
    expect(seats).toMatchObject([{ purchased: '18', inUse: '21', free: '−3', isOverused: true }]);
    expect(licenseCheck.excessUse.map(({ text }) => text)).toEqual([
      'Sales-Essentials + Service-Premium: 21 in use, but 18 purchased. 3 too many.',
    ]);
    expect(licenseCheck.excessUse[0]?.derived).toContain('sale-cal: 21 in use, but 18 purchased.');
    expect(licenseCheck.diagnostics).toEqual(['saint-cal: 22 in use, but 18 purchased.']);
  });

  it('shows the excess of a CRM Suite plan under its name', () => {
    const suite = goldenTenants.get('suite-name-growth') ?? tenantWith();
    expect(view({ licenses: suite }).licenseCheck).toEqual({
      excessUse: [
        {
          text: 'CRM Suite Growth: 23 in use, but 20 purchased. 3 too many.',
          derived: ['suite3growth: 23 in use, but 20 purchased.'],
        },
      ],
      diagnostics: [],
    });
    expect(view({ licenses: publishedTenant('suite-core') }).licenseCheck.excessUse).toEqual([]);
  });

  it('shows no excess of a tenant that pays for the seats in use', () => {
    const billed = goldenTenants.get('seats-billed-by-use') ?? tenantWith();
    const page = view({ licenses: billed });
    expect(page.licenseCheck.excessUse).toEqual([]);
    expect(page.seats.map(({ inUse, free }) => [inUse, free])).toEqual([
      ['8', 'billed by use'],
      ['10', 'billed by use'],
    ]);
  });
});

describe('license diagnostics', () => {
  it('describes every kind of diagnostic in a sentence, in every language', () => {
    for (const code of languages.codes) {
      const language = languages.choose([code]);
      const names = [
        'diagnostics-of-every-kind',
        'diagnostics-plan-without-set',
        'undocumented-flags',
        'incomplete',
      ];
      const said = names.flatMap(
        (name) => view({ licenses: goldenTenants.get(name) ?? null, language }).licenseCheck.diagnostics,
      );
      const { excessUse } = view({
        licenses: goldenTenants.get('seats-overused') ?? null,
        language,
      }).licenseCheck;
      said.push(...excessUse.flatMap(({ text, derived }) => [text, ...derived]));
      expect(said.length).toBeGreaterThan(12);
      for (const sentence of said) expect(sentence).not.toMatch(/\{\{|undefined|admin\.|\[object/);
    }
  });
});

describe('contract form', () => {
  it('is empty without a known contract and proposes the yearly period', () => {
    const { contract } = view();
    expect(contract).toMatchObject({ start: '', today, validationError: '', renewal: '', changes: [] });
    expect(contract.periods.map(({ key, chosen }) => [key, chosen])).toEqual([
      ['monthly', false],
      ['quarterly', false],
      ['half-yearly', false],
      ['yearly', true],
    ]);
  });

  it('shows the next renewal and the effect of a plan change made today', () => {
    const { contract } = view({ contract: { start: '2026-03-01', period: 'quarterly' } });
    expect(contract.start).toBe('2026-03-01');
    expect(contract.periods.filter(({ chosen }) => chosen).map(({ key }) => key)).toEqual(['quarterly']);
    expect(contract.renewal).toBe('Next renewal: 1 March 2027.');
    expect(contract.changes).toEqual([
      'A plan added today takes effect at once.',
      'A plan cancelled today stays until the contract renews on 1 March 2027.',
    ]);
  });

  it('shows no consequences for a contract start in the future', () => {
    const { contract } = view({ contract: { start: '2027-01-01', period: 'yearly' } });
    expect([contract.renewal, contract.changes]).toEqual(['', []]);
  });

  it('shows rejected input as submitted, next to the renewal of the saved contract', () => {
    const saved = { start: '2026-03-01', period: 'yearly' } as const;
    const refused = {
      form: 'contract',
      start: '2026-02-30',
      period: 'monthly',
      validationError: 'start-not-a-date',
    } as const;
    const { contract } = view({ contract: saved, refused });
    expect(contract).toMatchObject({
      start: '2026-02-30',
      validationError: expect.stringContaining('“2026-02-30” is not a valid date'),
      renewal: 'Next renewal: 1 March 2027.',
    });
    expect(contract.periods.find(({ chosen }) => chosen)?.key).toBe('monthly');
  });
});
