import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diagnoseLicenses } from '../../../../src/licensing/diagnostics/diagnose-licenses.ts';
import assumptions from '../../../../src/licensing/entitlements/assumptions.json' with { type: 'json' };
import type { LicenseScope, ModuleLicense } from '../../../../src/licensing/licenses/license-data.ts';
import { moduleLicense, publishedTenant, tenantWith } from '../fixtures/tenants.ts';

type Told = Partial<ModuleLicense>;

const diagnose = (...modules: readonly ModuleLicense[]) =>
  diagnoseLicenses(tenantWith(...modules), assumptions);
const site = (name: string, told: Told = {}) => moduleLicense({ name, ...told });
const cal = (name: string, purchased: number, told: Told = {}) =>
  moduleLicense({ name, scope: 'user', purchased, ...told });
const plan = (name: string, purchased: number, set: string, told: Told = {}) =>
  cal(name, purchased, { hidden: false, extraFlags: 1, extraInfo: set && `set=${set}`, ...told });

/** What is said of the counts alone. */
const counts = (...modules: readonly ModuleLicense[]) =>
  diagnose(...modules).filter(({ kind }) => kind === 'seat-count-differs');

describe('the published tenants', () => {
  it.each(['premium', 'suite-core', 'essential'] as const)('%s adds up', (key) => {
    expect(diagnoseLicenses(publishedTenant(key), assumptions)).toEqual([]);
  });

  it.each(['ten-sales', 'ten-service', 'ten-marketing', 'ten-salesservicemarketing'])(
    'no longer add up with one seat of %s more',
    (name) => {
      const tenant = publishedTenant('premium');
      const modules = tenant.modules.map((row) =>
        row.name === name ? { ...row, purchased: row.purchased + 1 } : row,
      );
      const found = diagnoseLicenses({ ...tenant, modules }, assumptions);
      expect(found).toContainEqual({
        kind: 'seat-count-differs',
        module: 'user',
        purchased: 63,
        inPlans: 64,
        plans: ['ten-marketing', 'ten-sales', 'ten-salesservicemarketing', 'ten-service'],
      });
    },
  );
});

describe('duplicate-row', () => {
  const described = { description: 'Sale Editing' };
  const twice = [
    cal('sale-cal', 20, described),
    cal('SuperOffice.Sale-CAL', 20, described),
    plan('ten-sales', 20, 'sale-cal'),
  ];

  it('tells of a row that comes again in another spelling, which counts once', () => {
    expect(diagnose(...twice)).toEqual([{ kind: 'duplicate-row', module: 'sale-cal', rows: 2 }]);
  });

  it('counts the seats in use once too', () => {
    const used = { ...described, seats: { inUse: 15, free: 5 } };
    const rows = [cal('web', 20, used), cal('Web', 20, used)];
    expect(diagnose(...rows)).toEqual([{ kind: 'duplicate-row', module: 'web', rows: 2 }]);
  });

  it('takes rows of two versions for two purchases', () => {
    const versions = [cal('sale-cal', 10), cal('Sale-CAL', 10, { version: '9.2' })];
    const kinds = diagnose(...versions, plan('ten-sales', 20, 'sale-cal')).map(({ kind }) => kind);
    expect(kinds).toEqual(['several-versions']);
  });
});

describe('seat-count-differs', () => {
  const differs = (purchased: number, inPlans: number, ...plans: readonly string[]) => [
    { kind: 'seat-count-differs', module: 'web', purchased, inPlans, plans },
  ];

  it('tells of a hidden user license of which fewer were bought than its plans have seats', () => {
    const found = counts(cal('web', 29), plan('ten-service', 10, 'web'), plan('ten-sales', 20, 'web'));
    expect(found).toEqual(differs(29, 30, 'ten-sales', 'ten-service'));
  });

  it('tells of one of which more were bought', () => {
    expect(counts(cal('web', 21), plan('ten-sales', 20, 'web'))).toEqual(differs(21, 20, 'ten-sales'));
  });

  it('counts only the plans that contain it', () => {
    const others = [plan('ten-service', 10, 'user'), cal('user', 10)];
    expect(counts(cal('web', 20), plan('ten-sales', 20, 'web'), ...others)).toEqual([]);
  });

  it('compares names without case and owner', () => {
    const found = counts(cal('WEB', 21), plan('SuperOffice.Ten-Sales', 20, 'Web'));
    expect(found).toEqual(differs(21, 20, 'ten-sales'));
  });

  it('says nothing of unrestricted licenses, of those in no set, and of site licenses', () => {
    const found = counts(
      cal('visible-for', 1, { unrestricted: true }),
      cal('quote-cal', 5),
      site('sale'),
      plan('ten-sales', 20, 'visible-for,sale'),
    );
    expect(found).toEqual([]);
  });

  it('says nothing where the number bought was not told', () => {
    expect(counts(cal('web', 0), plan('ten-sales', 20, 'web'))).toEqual([]);
    expect(counts(cal('web', Number.NaN), plan('ten-sales', 20, 'web'))).toEqual([]);
    expect(counts(cal('web', 2 ** 32), plan('ten-sales', 20, 'web'))).toEqual([]);
  });

  it('lets a visible license be bought beside plans, but not fall short of them', () => {
    const visible = { hidden: false };
    expect(counts(cal('web', 21, visible), plan('ten-sales', 20, 'web'))).toEqual([]);
    expect(counts(cal('web', 19, visible), plan('ten-sales', 20, 'web'))).toEqual(
      differs(19, 20, 'ten-sales'),
    );
  });

  it('lets one visible version be bought beside plans', () => {
    const rows = [cal('web', 20), cal('web', 5, { hidden: false, version: '11.10' })];
    expect(counts(...rows, plan('ten-sales', 20, 'web'))).toEqual([]);
  });

  it.each([
    ['has no told set', plan('ten-service', 10, '')],
    ['is named as one without being flagged', plan('superlicense-sales-pro', 10, '', { extraFlags: 0 })],
    ['has flags that may mean a plan', cal('odd', 10, { extraFlags: 3 })],
    ['is unrestricted', plan('ten-service', 1, 'web', { unrestricted: true })],
    ['has no told number', plan('ten-service', 0, 'web')],
  ])('takes the sum as the least where another plan %s', (_what, other) => {
    const sales = plan('ten-sales', 20, 'web');
    expect(counts(cal('web', 25), sales, other)).toEqual([]);
    expect(counts(cal('web', 20), sales, other)).toEqual([]);
    expect(counts(cal('web', 19), sales, other)).toMatchObject([{ purchased: 19, inPlans: 20 }]);
  });

  it('takes the sum as it is beside an unlimited plan that does not contain the license', () => {
    const other = plan('ten-service', 1, 'user', { unrestricted: true });
    expect(counts(cal('web', 21), plan('ten-sales', 20, 'web'), other)).toEqual(differs(21, 20, 'ten-sales'));
  });

  it('takes the sum as it is beside the row for users without a plan', () => {
    const none = plan('superlicense-no-selection', 1, '', { unrestricted: true });
    expect(counts(cal('web', 21), plan('ten-sales', 20, 'web'), none)).toEqual(differs(21, 20, 'ten-sales'));
  });

  it('adds up the versions of a license and of a plan, each with the set of its own', () => {
    const old = { version: '11.10' };
    const plans = [plan('ten-sales', 20, 'web'), plan('ten-sales', 5, 'web,user', old)];
    const found = counts(cal('web', 20), cal('web', 5, old), cal('user', 25), ...plans);
    expect(found).toEqual([
      { kind: 'seat-count-differs', module: 'user', purchased: 25, inPlans: 5, plans: ['ten-sales'] },
    ]);
  });

  it('does not count plans and licenses of other owners', () => {
    const acme = { owner: 'ACME' };
    const found = counts(
      cal('web', 20),
      cal('web', 7, acme),
      plan('ten-sales', 20, 'web'),
      plan('ten-service', 5, 'web', acme),
    );
    expect(found).toEqual([]);
  });
});

describe('a plan', () => {
  it('names a license that is no row of the tenant', () => {
    const acme = cal('quote-cal', 20, { owner: 'ACME' });
    const found = diagnose(plan('ten-sales', 20, 'web,sale-cal,quote-cal'), cal('web', 20), acme);
    expect(found).toEqual([
      { kind: 'set-name-missing', plan: 'ten-sales', module: 'quote-cal' },
      { kind: 'set-name-missing', plan: 'ten-sales', module: 'sale-cal' },
      { kind: 'foreign-owner', owner: 'ACME', modules: 1 },
    ]);
  });

  it('tells a missing name once, in however many versions', () => {
    const found = diagnose(plan('ten-sales', 20, 'web'), plan('ten-sales', 5, 'web', { version: '11.10' }));
    expect(found.filter(({ kind }) => kind === 'set-name-missing')).toHaveLength(1);
  });

  it('has no set, be it of today, of version 8 or of a name nobody documented', () => {
    const found = diagnose(
      plan('ten-sales', 20, ''),
      plan('superlicense-complete', 5, ''),
      plan('suite-user', 5, ''),
    );
    expect(found).toEqual([
      { kind: 'plan-without-set', plan: 'suite-user' },
      { kind: 'plan-without-set', plan: 'superlicense-complete' },
      { kind: 'plan-without-set', plan: 'ten-sales' },
    ]);
  });

  it('of today is expected to have a set even without its flag', () => {
    const found = diagnose(plan('ten-sales', 20, '', { extraFlags: 0 }));
    expect(found).toEqual([{ kind: 'plan-without-set', plan: 'ten-sales' }]);
  });

  it('of version 8 is expected to have one only where the flag says so', () => {
    expect(diagnose(plan('superlicense-complete', 5, '', { extraFlags: 0 }))).toEqual([]);
  });

  it('needs no set where it stands for having none', () => {
    expect(diagnose(plan('superlicense-no-selection', 1, ''))).toEqual([]);
  });

  it('has no set in one of its versions', () => {
    const found = diagnose(
      cal('web', 20),
      plan('ten-sales', 20, 'web'),
      plan('ten-sales', 5, '', { version: '11.10' }),
    );
    expect(found).toEqual([
      { kind: 'plan-without-set', plan: 'ten-sales' },
      { kind: 'several-versions', module: 'ten-sales', versions: ['11.10', '11.11'] },
    ]);
  });
});

describe('extra-flags-unknown', () => {
  it('tells of flags other than 0, 1 and 2', () => {
    const found = diagnose(
      site('dash', { extraFlags: 3 }),
      site('sale', { extraFlags: -1 }),
      site('sales-t2', { extraFlags: 2 }),
      site('forms', { extraFlags: 0 }),
    );
    expect(found).toEqual([
      { kind: 'extra-flags-unknown', module: 'dash', extraFlags: 3 },
      { kind: 'extra-flags-unknown', module: 'sale', extraFlags: -1 },
    ]);
  });

  it('tells of each once, no number at all included', () => {
    const flags = [Number.NaN, 4, Number.NaN, 3, 1];
    const found = diagnose(...flags.map((extraFlags) => site('?', { extraFlags, extraInfo: 'set=?' })));
    const told = found.flatMap((each) => ('extraFlags' in each ? [each.extraFlags] : []));
    expect(told).toEqual([3, 4, Number.NaN]);
  });
});

describe('prerequisite-missing', () => {
  it('tells of a license whose prerequisite is no row of the tenant', () => {
    const found = diagnose(
      site('guide-sale', { prerequisite: 'guide' }),
      site('target-sale', { prerequisite: 'SUPEROFFICE.Target' }),
      site('target'),
      site('guide', { owner: 'ACME' }),
    );
    expect(found).toEqual([
      { kind: 'prerequisite-missing', module: 'guide-sale', prerequisite: 'guide' },
      { kind: 'foreign-owner', owner: 'ACME', modules: 1 },
    ]);
  });

  it('needs none where the name is blank', () => {
    expect(diagnose(site('guide', { prerequisite: ' ' }))).toEqual([]);
  });
});

describe('several-versions', () => {
  it('tells the versions of a name, sorted', () => {
    const found = diagnose(
      site('dash', { version: '12.0' }),
      site('DASH', { version: '11.11' }),
      site('sale'),
    );
    expect(found).toEqual([{ kind: 'several-versions', module: 'dash', versions: ['11.11', '12.0'] }]);
  });

  it('does not take a row told twice for two versions', () => {
    const kinds = diagnose(site('dash'), site('dash')).map(({ kind }) => kind);
    expect(kinds).toEqual(['duplicate-row']);
  });
});

describe('more-in-use-than-purchased', () => {
  const used = (inUse: number) => ({ seats: { inUse, free: 0 } });

  it('tells of a license with more in use than were bought', () => {
    const found = diagnose(cal('quote-cal', 20, used(21)), cal('sale-cal', 20, used(20)));
    expect(found).toEqual([
      { kind: 'more-in-use-than-purchased', module: 'quote-cal', inUse: 21, purchased: 20 },
    ]);
  });

  it('adds up the versions, of which one may not tell its use', () => {
    const rows = [cal('web', 20, used(24)), cal('web', 5, { version: '11.10' })];
    expect(diagnose(...rows).map(({ kind }) => kind)).toEqual(['several-versions']);
    const more = [cal('web', 20, used(26)), cal('web', 5, { version: '11.10' })];
    expect(diagnose(...more)).toContainEqual({
      kind: 'more-in-use-than-purchased',
      module: 'web',
      inUse: 26,
      purchased: 25,
    });
  });

  it('does not take a use below zero off the use of another version', () => {
    const rows = [cal('web', 20, used(26)), cal('web', 5, { version: '11.10', ...used(-5) })];
    expect(diagnose(...rows)).toContainEqual(expect.objectContaining({ inUse: 26, purchased: 25 }));
  });

  it('says nothing of unrestricted licenses and of numbers that were not told', () => {
    const unrestricted = cal('visible-for', 1, { unrestricted: true, ...used(9) });
    expect(diagnose(unrestricted, cal('web', 0, used(9)), cal('user', 5, used(Infinity)))).toEqual([]);
  });
});

describe('both-tiers-marked', () => {
  it('tells of a solution with both site markers', () => {
    const found = diagnose(site('Sales-T2'), site('sales-t1'), site('service-t1'), site('marketing-t2'));
    expect(found).toEqual([{ kind: 'both-tiers-marked', solution: 'sales', by: ['sales-t1', 'sales-t2'] }]);
  });

  it('takes the markers from the assumptions', () => {
    const { user, site: markers } = assumptions.tierMarkers;
    const service = { essential: 'basic', premium: 'full' };
    const tenant = tenantWith(site('basic'), site('full'), site('service-t1'), site('service-t2'));
    expect(diagnoseLicenses(tenant, { tierMarkers: { user, site: { ...markers, service } } })).toEqual([
      { kind: 'both-tiers-marked', solution: 'service', by: ['basic', 'full'] },
    ]);
  });

  it('does not take the markers of a partner', () => {
    expect(diagnose(site('sales-t1'), site('sales-t2', { owner: 'ACME' }))).toEqual([
      { kind: 'foreign-owner', owner: 'ACME', modules: 1 },
    ]);
  });
});

describe('foreign-owner', () => {
  it('counts the rows of each other owner, whatever the case it is written in', () => {
    const owners = ['Zeta', 'acme', 'ACME ', 'superoffice'];
    expect(diagnose(...owners.map((owner) => site('tool', { owner })))).toEqual([
      { kind: 'foreign-owner', owner: 'ACME', modules: 2 },
      { kind: 'foreign-owner', owner: 'Zeta', modules: 1 },
    ]);
  });

  it('says nothing else of their rows', () => {
    const odd = { owner: 'ACME', extraFlags: 7, prerequisite: 'none', seats: { inUse: 9, free: 0 } };
    expect(diagnose(site('tool', odd), site('tool', { ...odd, version: '1' }))).toEqual([
      { kind: 'foreign-owner', owner: 'ACME', modules: 2 },
    ]);
  });
});

describe('any data at all', () => {
  const name = fc.oneof(
    fc.constantFrom(
      'web',
      'WEB',
      'ten-sales',
      'superlicense-no-selection',
      'sales-t1',
      'sales-t2',
      '__proto__',
    ),
    fc.string({ unit: 'binary', maxLength: 3 }),
  );
  const number = fc.oneof(fc.integer(), fc.double(), fc.nat({ max: 9 }));
  const row: fc.Arbitrary<ModuleLicense> = fc.record({
    owner: fc.oneof(fc.constantFrom('SUPEROFFICE', 'acme', 'ACME'), fc.string()),
    name,
    description: fc.string(),
    tooltip: fc.string(),
    version: fc.constantFrom('11.9', '11.11', ''),
    scope: fc.constantFrom<LicenseScope>('site', 'user', 'satellite', 'unknown'),
    purchased: number,
    seats: fc.option(fc.record({ inUse: number, free: number })),
    unrestricted: fc.boolean(),
    hidden: fc.boolean(),
    extraFlags: fc.oneof(fc.constantFrom(0, 1, 2), number),
    extraInfo: fc.oneof(
      fc.array(name).map((names) => `set=${names.join()}`),
      fc.string(),
    ),
    prerequisite: name,
  });

  it('is diagnosed the same in any order, and left as it was', () => {
    const shuffled = fc
      .array(row, { maxLength: 30 })
      .chain((rows) => fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length })));
    fc.assert(
      fc.property(shuffled, ([rows, others]) => {
        const before = structuredClone(rows);
        expect(diagnose(...others)).toEqual(diagnose(...rows));
        expect(rows).toEqual(before);
      }),
      { numRuns: 500 },
    );
  });

  describe('takes time in step with what it is given: ten times as much, far less than a hundred times as long', () => {
    const plansInSets = (count: number) =>
      Array.from({ length: count }, (_row, index) => {
        const set = Array.from({ length: 5 }, (_name, at) => `module-${(index + at) % count}`);
        return plan(`module-${index}`, 4, set.join());
      });
    const versions = (count: number) =>
      Array.from({ length: count }, (_row, index) => site('dash', { version: `${index}` }));

    /** The shortest of three runs, ms: what else the machine does only makes one longer. */
    function shortest(rows: readonly ModuleLicense[], diagnostics: number): number {
      const runs = Array.from({ length: 3 }, () => {
        const started = performance.now();
        expect(diagnose(...rows)).toHaveLength(diagnostics);
        return performance.now() - started;
      });
      return Math.min(...runs);
    }

    it('for licenses that are all plans and all in sets', () => {
      const once = shortest(plansInSets(1_000), 1_000);
      expect(shortest(plansInSets(10_000), 10_000) / once).toBeLessThan(40);
    });

    it('for versions of one license', () => {
      const once = shortest(versions(1_000), 1);
      expect(shortest(versions(10_000), 1) / once).toBeLessThan(40);
    });
  });
});
