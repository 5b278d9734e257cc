import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diagnoseLicenses } from '../../../../src/licensing/diagnostics/diagnose-licenses.ts';
import assumptions from '../../../../src/licensing/entitlements/assumptions.json' with { type: 'json' };
import type { LicenseScope, ModuleLicense } from '../../../../src/licensing/licenses/license-data.ts';
import { isLongForm } from '../../../support/long-form.ts';
import { moduleLicense, publishedTenant, tenantWith } from '../fixtures/tenants.ts';

type RowFields = Partial<ModuleLicense>;

const diagnose = (...modules: readonly ModuleLicense[]) =>
  diagnoseLicenses(tenantWith(...modules), assumptions);
const site = (name: string, fields: RowFields = {}) => moduleLicense({ name, ...fields });
const cal = (name: string, purchased: number, fields: RowFields = {}) =>
  moduleLicense({ name, scope: 'user', purchased, ...fields });
const plan = (name: string, purchased: number, set: string, fields: RowFields = {}) =>
  cal(name, purchased, { hidden: false, extraFlags: 1, extraInfo: set && `set=${set}`, ...fields });

/** Returns only the diagnostics about seat counts. */
const counts = (...modules: readonly ModuleLicense[]) =>
  diagnose(...modules).filter(({ kind }) => kind === 'seat-count-differs');

describe('diagnoseLicenses for the published tenants', () => {
  it.each(['premium', 'suite-core', 'essential'] as const)('finds no inconsistency in %s', (key) => {
    expect(diagnoseLicenses(publishedTenant(key), assumptions)).toEqual([]);
  });

  it.each(['ten-sales', 'ten-service', 'ten-marketing', 'ten-salesservicemarketing'])(
    'reports a seat count difference after adding one seat of %s',
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

  it('reports a row repeated in another spelling and counts it once', () => {
    expect(diagnose(...twice)).toEqual([{ kind: 'duplicate-row', module: 'sale-cal', rows: 2 }]);
  });

  it('counts the seats in use of a repeated row once', () => {
    const used = { ...described, seats: { inUse: 15, free: 5 } };
    const rows = [cal('web', 20, used), cal('Web', 20, used)];
    expect(diagnose(...rows)).toEqual([{ kind: 'duplicate-row', module: 'web', rows: 2 }]);
  });

  it('treats rows of two versions as two purchases', () => {
    const versions = [cal('sale-cal', 10), cal('Sale-CAL', 10, { version: '9.2' })];
    const kinds = diagnose(...versions, plan('ten-sales', 20, 'sale-cal')).map(({ kind }) => kind);
    expect(kinds).toEqual(['several-versions']);
  });
});

describe('seat-count-differs', () => {
  const seatCountDiffers = (purchased: number, inPlans: number, ...plans: readonly string[]) => [
    { kind: 'seat-count-differs', module: 'web', purchased, inPlans, plans },
  ];

  it('reports a hidden user license purchased fewer times than its plans have seats', () => {
    const found = counts(cal('web', 29), plan('ten-service', 10, 'web'), plan('ten-sales', 20, 'web'));
    expect(found).toEqual(seatCountDiffers(29, 30, 'ten-sales', 'ten-service'));
  });

  it('reports a hidden user license purchased more times than its plans have seats', () => {
    expect(counts(cal('web', 21), plan('ten-sales', 20, 'web'))).toEqual(
      seatCountDiffers(21, 20, 'ten-sales'),
    );
  });

  it('counts only the plans that contain the license', () => {
    const others = [plan('ten-service', 10, 'user'), cal('user', 10)];
    expect(counts(cal('web', 20), plan('ten-sales', 20, 'web'), ...others)).toEqual([]);
  });

  it('compares names without case and owner prefix', () => {
    const found = counts(cal('WEB', 21), plan('SuperOffice.Ten-Sales', 20, 'Web'));
    expect(found).toEqual(seatCountDiffers(21, 20, 'ten-sales'));
  });

  it('ignores unrestricted licenses, licenses in no set, and site licenses', () => {
    const found = counts(
      cal('visible-for', 1, { unrestricted: true }),
      cal('quote-cal', 5),
      site('sale'),
      plan('ten-sales', 20, 'visible-for,sale'),
    );
    expect(found).toEqual([]);
  });

  it('reports nothing when the purchased number is unknown', () => {
    expect(counts(cal('web', 0), plan('ten-sales', 20, 'web'))).toEqual([]);
    expect(counts(cal('web', Number.NaN), plan('ten-sales', 20, 'web'))).toEqual([]);
    expect(counts(cal('web', 2 ** 32), plan('ten-sales', 20, 'web'))).toEqual([]);
  });

  it('allows a visible license to exceed the plan seats but not to fall short of them', () => {
    const visible = { hidden: false };
    expect(counts(cal('web', 21, visible), plan('ten-sales', 20, 'web'))).toEqual([]);
    expect(counts(cal('web', 19, visible), plan('ten-sales', 20, 'web'))).toEqual(
      seatCountDiffers(19, 20, 'ten-sales'),
    );
  });

  it('allows a license to exceed the plan seats when one of its versions is visible', () => {
    const rows = [cal('web', 20), cal('web', 5, { hidden: false, version: '11.10' })];
    expect(counts(...rows, plan('ten-sales', 20, 'web'))).toEqual([]);
  });

  it.each([
    ['has no reported set', plan('ten-service', 10, '')],
    ['is a documented plan without its flag', plan('superlicense-sales-pro', 10, '', { extraFlags: 0 })],
    ['has flags that may mean a plan', cal('odd', 10, { extraFlags: 3 })],
    ['is unrestricted', plan('ten-service', 1, 'web', { unrestricted: true })],
    ['has no reported number', plan('ten-service', 0, 'web')],
  ])('treats the sum as a lower bound when another plan %s', (_what, other) => {
    const sales = plan('ten-sales', 20, 'web');
    expect(counts(cal('web', 25), sales, other)).toEqual([]);
    expect(counts(cal('web', 20), sales, other)).toEqual([]);
    expect(counts(cal('web', 19), sales, other)).toMatchObject([{ purchased: 19, inPlans: 20 }]);
  });

  it('treats the sum as exact when an unlimited plan does not contain the license', () => {
    const other = plan('ten-service', 1, 'user', { unrestricted: true });
    expect(counts(cal('web', 21), plan('ten-sales', 20, 'web'), other)).toEqual(
      seatCountDiffers(21, 20, 'ten-sales'),
    );
  });

  it('treats the sum as exact despite the row for users without a plan', () => {
    const none = plan('superlicense-no-selection', 1, '', { unrestricted: true });
    expect(counts(cal('web', 21), plan('ten-sales', 20, 'web'), none)).toEqual(
      seatCountDiffers(21, 20, 'ten-sales'),
    );
  });

  it('adds up the versions of a license and of a plan, using the set of each version', () => {
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

describe('set-name-missing and plan-without-set', () => {
  it('reports a license in a plan set that the tenant has no row of', () => {
    const acme = cal('quote-cal', 20, { owner: 'ACME' });
    const found = diagnose(plan('ten-sales', 20, 'web,sale-cal,quote-cal'), cal('web', 20), acme);
    expect(found).toEqual([
      { kind: 'set-name-missing', plan: 'ten-sales', module: 'quote-cal' },
      { kind: 'set-name-missing', plan: 'ten-sales', module: 'sale-cal' },
      { kind: 'foreign-owner', owner: 'ACME', modules: 1 },
    ]);
  });

  it('reports a missing name once, regardless of the number of versions', () => {
    const found = diagnose(plan('ten-sales', 20, 'web'), plan('ten-sales', 5, 'web', { version: '11.10' }));
    expect(found.filter(({ kind }) => kind === 'set-name-missing')).toHaveLength(1);
  });

  it('reports a flagged plan without a set, whether current, version 8 or undocumented', () => {
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

  it('expects a set for a current plan even without its flag', () => {
    const found = diagnose(plan('ten-sales', 20, '', { extraFlags: 0 }));
    expect(found).toEqual([{ kind: 'plan-without-set', plan: 'ten-sales' }]);
  });

  it('expects a set for a version 8 plan only when its flag is set', () => {
    expect(diagnose(plan('superlicense-complete', 5, '', { extraFlags: 0 }))).toEqual([]);
  });

  it('expects no set for the row of users without a plan', () => {
    expect(diagnose(plan('superlicense-no-selection', 1, ''))).toEqual([]);
  });

  it('reports a plan that has no set in one of its versions', () => {
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
  it('reports flags other than 0, 1 and 2', () => {
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

  it('reports each unknown value once, including NaN', () => {
    const flags = [Number.NaN, 4, Number.NaN, 3, 1];
    const found = diagnose(...flags.map((extraFlags) => site('?', { extraFlags, extraInfo: 'set=?' })));
    const reportedFlags = found.flatMap((each) => ('extraFlags' in each ? [each.extraFlags] : []));
    expect(reportedFlags).toEqual([3, 4, Number.NaN]);
  });
});

describe('prerequisite-missing', () => {
  it('reports a license whose prerequisite is no row of the tenant', () => {
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

  it('ignores a blank prerequisite', () => {
    expect(diagnose(site('guide', { prerequisite: ' ' }))).toEqual([]);
  });
});

describe('several-versions', () => {
  it('reports the sorted versions of a license', () => {
    const found = diagnose(
      site('dash', { version: '12.0' }),
      site('DASH', { version: '11.11' }),
      site('sale'),
    );
    expect(found).toEqual([{ kind: 'several-versions', module: 'dash', versions: ['11.11', '12.0'] }]);
  });

  it('does not treat a duplicate row as two versions', () => {
    const kinds = diagnose(site('dash'), site('dash')).map(({ kind }) => kind);
    expect(kinds).toEqual(['duplicate-row']);
  });
});

describe('more-in-use-than-purchased', () => {
  const used = (inUse: number) => ({ seats: { inUse, free: 0 } });

  it('reports a license with more seats in use than purchased', () => {
    const found = diagnose(cal('quote-cal', 20, used(21)), cal('sale-cal', 20, used(20)));
    expect(found).toEqual([
      { kind: 'more-in-use-than-purchased', module: 'quote-cal', inUse: 21, purchased: 20, derived: [] },
    ]);
  });

  it('adds up the versions of a license, even when one does not report its use', () => {
    const rows = [cal('web', 20, used(24)), cal('web', 5, { version: '11.10' })];
    expect(diagnose(...rows).map(({ kind }) => kind)).toEqual(['several-versions']);
    const more = [cal('web', 20, used(26)), cal('web', 5, { version: '11.10' })];
    expect(diagnose(...more)).toContainEqual({
      kind: 'more-in-use-than-purchased',
      module: 'web',
      inUse: 26,
      purchased: 25,
      derived: [],
    });
  });

  it('does not subtract a negative use from the use of another version', () => {
    const rows = [cal('web', 20, used(26)), cal('web', 5, { version: '11.10', ...used(-5) })];
    expect(diagnose(...rows)).toContainEqual(expect.objectContaining({ inUse: 26, purchased: 25 }));
  });

  it('ignores unrestricted licenses and unknown numbers', () => {
    const unrestricted = cal('visible-for', 1, { unrestricted: true, ...used(9) });
    expect(diagnose(unrestricted, cal('web', 0, used(9)), cal('user', 5, used(Infinity)))).toEqual([]);
  });
});

describe('an overused plan', () => {
  const used = (inUse: number) => ({ seats: { inUse, free: null } });
  const excess = (module: string, inUse: number, purchased: number, derived: readonly object[] = []) => ({
    kind: 'more-in-use-than-purchased',
    module,
    inUse,
    purchased,
    derived,
  });
  const differs = (module: string, purchased: number, inPlans: number) => ({
    kind: 'seat-count-differs',
    module,
    purchased,
    inPlans,
    plans: ['ten-sales'],
  });

  it('comes first, with the contradictions of the licenses it assigns', () => {
    const found = diagnose(
      site('guide', { prerequisite: 'server' }),
      cal('web', 18, used(21)),
      cal('sale-cal', 21, used(21)),
      cal('user', 18, used(18)),
      plan('ten-sales', 18, 'sale-cal,user,web', used(21)),
    );
    expect(found).toEqual([
      excess('ten-sales', 21, 18, [differs('sale-cal', 21, 18), excess('web', 21, 18)]),
      { kind: 'prerequisite-missing', module: 'guide', prerequisite: 'server' },
    ]);
  });

  it('does not explain a larger difference, another license, or a missing license', () => {
    const found = diagnose(
      cal('web', 18, used(22)),
      cal('quote-cal', 1, used(2)),
      plan('ten-sales', 18, 'web,sale-cal', used(21)),
    );
    expect(found).toEqual([
      excess('ten-sales', 21, 18),
      { kind: 'set-name-missing', plan: 'ten-sales', module: 'sale-cal' },
      excess('quote-cal', 2, 1),
      excess('web', 22, 18),
    ]);
  });

  it('explains the sum of the excess of several plans, once', () => {
    const found = diagnose(
      cal('web', 28, used(32)),
      plan('ten-sales', 18, 'web', used(21)),
      plan('ten-service', 10, 'web', used(11)),
    );
    expect(found).toEqual([
      excess('ten-sales', 21, 18, [excess('web', 32, 28)]),
      excess('ten-service', 11, 10),
    ]);
  });
});

describe('a tenant that pays for the seats in use', () => {
  it('compares no totals, because they mean nothing', () => {
    const plans = [plan('ten-sales', 100_000, 'web'), plan('ten-service', 100_000, 'web')];
    expect(diagnose(cal('web', 100_000), ...plans)).toEqual([]);
    expect(counts(cal('web', 9000), plan('ten-sales', 9998, 'web'))).toHaveLength(1);
  });
});

describe('both-tiers-marked', () => {
  it('reports a solution with both site tier markers', () => {
    const found = diagnose(site('Sales-T2'), site('sales-t1'), site('service-t1'), site('marketing-t2'));
    expect(found).toEqual([{ kind: 'both-tiers-marked', solution: 'sales', by: ['sales-t1', 'sales-t2'] }]);
  });

  it('reads the tier markers from the assumptions', () => {
    const { user, site: markers } = assumptions.tierMarkers;
    const service = { essential: 'basic', premium: 'full' };
    const tenant = tenantWith(site('basic'), site('full'), site('service-t1'), site('service-t2'));
    expect(
      diagnoseLicenses(tenant, { ...assumptions, tierMarkers: { user, site: { ...markers, service } } }),
    ).toEqual([{ kind: 'both-tiers-marked', solution: 'service', by: ['basic', 'full'] }]);
  });

  it('ignores the tier markers of a partner', () => {
    expect(diagnose(site('sales-t1'), site('sales-t2', { owner: 'ACME' }))).toEqual([
      { kind: 'foreign-owner', owner: 'ACME', modules: 1 },
    ]);
  });
});

describe('foreign-owner', () => {
  it('counts the rows of each other owner, regardless of case', () => {
    const owners = ['Zeta', 'acme', 'ACME ', 'superoffice'];
    expect(diagnose(...owners.map((owner) => site('tool', { owner })))).toEqual([
      { kind: 'foreign-owner', owner: 'ACME', modules: 2 },
      { kind: 'foreign-owner', owner: 'Zeta', modules: 1 },
    ]);
  });

  it('reports nothing else about rows of other owners', () => {
    const odd = { owner: 'ACME', extraFlags: 7, prerequisite: 'none', seats: { inUse: 9, free: 0 } };
    expect(diagnose(site('tool', odd), site('tool', { ...odd, version: '1' }))).toEqual([
      { kind: 'foreign-owner', owner: 'ACME', modules: 2 },
    ]);
  });
});

describe('diagnoseLicenses for arbitrary data', () => {
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

  it('returns the same diagnostics in any order and does not modify its input', () => {
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

  describe('processor time for ten times as many rows', () => {
    const few = isLongForm ? 1_000 : 300;
    const many = 10 * few;
    const plansInSets = (count: number) =>
      Array.from({ length: count }, (_row, index) => {
        const set = Array.from({ length: 5 }, (_name, at) => `module-${(index + at) % count}`);
        return plan(`module-${index}`, 4, set.join());
      });
    const versions = (count: number) =>
      Array.from({ length: count }, (_row, index) => site('dash', { version: `${index}` }));

    /** The processor time of the fastest of three runs, µs: other work on the machine counts little in it. */
    function fastestRun(rows: readonly ModuleLicense[], diagnostics: number): number {
      const runs = Array.from({ length: 3 }, () => {
        const started = process.cpuUsage();
        expect(diagnose(...rows)).toHaveLength(diagnostics);
        const { user, system } = process.cpuUsage(started);
        return user + system;
      });
      return Math.min(...runs);
    }

    it('grows less than 40-fold for licenses that are all plans and all in sets', () => {
      const once = fastestRun(plansInSets(few), few);
      expect(fastestRun(plansInSets(many), many) / once).toBeLessThan(40);
    });

    it('grows less than 40-fold for plans that are all overused and all in sets', () => {
      const overused = (count: number) =>
        plansInSets(count).map((each) => ({ ...each, seats: { inUse: 30, free: null } }));
      const once = fastestRun(overused(few), few);
      expect(fastestRun(overused(many), many) / once).toBeLessThan(40);
    });

    it('grows less than 40-fold for versions of one license', () => {
      const once = fastestRun(versions(few), 1);
      expect(fastestRun(versions(many), 1) / once).toBeLessThan(40);
    });
  });
});
