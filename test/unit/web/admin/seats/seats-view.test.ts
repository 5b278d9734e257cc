import { describe, expect, it } from 'vitest';
import type { TenantLicenses } from '../../../../../src/licensing/licenses/license-data.ts';
import { seatsView } from '../../../../../src/web/admin/seats/seats-view.ts';
import { entitlementEngine } from '../../../licensing/fixtures/engine.ts';
import { goldenTenants } from '../../../licensing/fixtures/golden-cases.ts';
import { moduleLicense, publishedTenant, tenantWith } from '../../../licensing/fixtures/tenants.ts';
import { english, languages } from '../../harness.ts';
import { addresses, readAt, tenant } from '../../panel/panel-contexts.ts';

const premium = publishedTenant('premium');

interface Given extends Partial<Parameters<typeof seatsView>[0]> {
  readonly licenses?: TenantLicenses | null;
}

function view({ licenses = premium, ...given }: Given = {}) {
  return seatsView({
    tenant,
    tenantLicenses: licenses === null ? null : { content: licenses, readAt, stale: false, version: 1 },
    tenantEntitlements: entitlementEngine(licenses, '2026-12-01'),
    lang: 'en',
    prices: null,
    language: english,
    addresses,
    ...given,
  });
}

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
