import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { languages as languageCodes } from '../../../../../src/licensing/catalogue/languages.ts';
import type { SuitePlan } from '../../../../../src/licensing/catalogue/suite-plans.ts';
import type { PlanKey } from '../../../../../src/licensing/catalogue/user-plans.ts';
import type { TenantLicenses, UserLicenses } from '../../../../../src/licensing/licenses/license-data.ts';
import { answerPlanQuestion } from '../../../../../src/web/api/ofrep/answer-plan-question.ts';
import { evaluateFlags, type FlagSource } from '../../../../../src/web/api/ofrep/evaluate-flags.ts';
import type { Flag } from '../../../../../src/web/api/ofrep/flag.ts';
import { findPause } from '../../../../../src/web/api/ofrep/pause.ts';
import { loadLanguages } from '../../../../../src/web/rendering/i18n.ts';
import { violations } from '../../../../support/ofrep-schema.ts';
import { root } from '../../../../support/project-files.ts';
import { entitlementEngine } from '../../../licensing/fixtures/engine.ts';
import { publishedTenant, userWithPlan } from '../../../licensing/fixtures/tenants.ts';

const languages = loadLanguages(join(root, 'locales'));
const today = '2026-11-29';
const premium = publishedTenant('premium');
const suite = publishedTenant('suite-core');
const salesUser = userWithPlan(premium, 'ten-sales');
const suiteUser = userWithPlan(suite, null);

interface Asked {
  readonly tenant: TenantLicenses | null;
  readonly user: UserLicenses | null;
  readonly plan?: PlanKey | SuitePlan;
  readonly day?: string;
  readonly source?: Partial<FlagSource>;
}

function evaluate({ tenant, user, plan, day = today, source = {} }: Asked) {
  const entitlements = entitlementEngine(tenant, day);
  const report =
    plan === undefined ? entitlements.report(user) : answerPlanQuestion(entitlements, user, plan);
  if (report === null) throw new Error('the tenant cannot have this plan');
  const set = evaluateFlags({
    tenantId: 'Cust12345',
    report,
    pause: findPause('active', report.notices),
    freeSeats: () => 3,
    readAt: Date.parse('2026-11-29T10:00:00Z'),
    stale: false,
    catalogue: 'c',
    snapshot: 's',
    language: languages.choose(['en']),
    explainUrl: (feature) => `https://planlens.example/${feature}`,
    ...source,
  });
  expect(violations('all', 200, set)).toEqual([]);
  return { ...set, flag: (key: string) => set.flags.find((each) => each.key === key) };
}

const brief = (flag: Flag | undefined) => [flag?.value, flag?.variant, flag?.reason];

describe('flags of a user', () => {
  const { flags, flag, metadata } = evaluate({ tenant: premium, user: salesUser });

  it('are the 68 features, the four add-ons, the plans and the license model', () => {
    expect(flags).toHaveLength(68 + 4 + 3);
    expect(new Set(flags.map(({ key }) => key)).size).toBe(flags.length);
    expect(metadata).toMatchObject({ tenant: 'Cust12345', licenseModel: 'user-plans', stale: false });
  });

  it('are on for an enabled feature, with its modules', () => {
    expect(brief(flag('sales-guide'))).toEqual([true, 'enabled', 'TARGETING_MATCH']);
    expect(flag('sales-guide')?.metadata).toMatchObject({
      plan: 'sales-premium',
      planLabel: 'Sales-Premium',
      confidence: 'documented',
      reasonCode: 'granted',
      reasonText: 'Licensed for you.',
      asOf: '2026-11-29T10:00:00.000Z',
      stale: false,
      explain: 'https://planlens.example/sales-guide',
      help: expect.stringMatching(/^https:\/\/docs\.superoffice\.com\/en\//),
    });
    expect(flag('sales-guide')?.metadata.modulesPresent).toContain('guide-cal');
  });

  it('are off for a feature that needs an upgrade, with the smallest one and its seats', () => {
    expect(brief(flag('knowledge-base'))).toEqual([false, 'upgrade', 'TARGETING_MATCH']);
    expect(flag('knowledge-base')?.metadata).toMatchObject({
      upgradePlan: expect.stringContaining('service'),
      upgradeLabel: expect.stringContaining('Service'),
      upgradeAction: expect.stringMatching(/^(assign|by-use|buy|ask)$/),
      seatsFree: 3,
    });
  });

  it('name the plan and the license model, and have no plan of the other model', () => {
    expect(brief(flag('plan'))).toEqual(['sales-premium', 'sales-premium', 'TARGETING_MATCH']);
    expect(brief(flag('license-model'))).toEqual(['user-plans', 'user-plans', 'STATIC']);
    expect(brief(flag('suite-plan'))).toEqual([undefined, 'not-applicable', 'STATIC']);
  });

  it('tell a missing add-on from a feature that needs an upgrade', () => {
    const variants = flags.filter(({ key }) => key.startsWith('addon-')).map(({ variant }) => variant);
    expect(variants).toHaveLength(4);
    for (const variant of variants) expect(['enabled', 'not-purchased']).toContain(variant);
  });

  it('have the plan none without a plan', () => {
    const { flag: without } = evaluate({ tenant: premium, user: userWithPlan(premium, null) });
    expect(['none', 'unknown']).toContain(without('plan')?.variant);
  });
});

describe('flags of a CRM Suite user', () => {
  it('rest on the plan of the tenant', () => {
    const { flag, metadata } = evaluate({ tenant: suite, user: suiteUser });
    expect(brief(flag('suite-plan'))).toEqual(['core', 'core', 'STATIC']);
    expect(brief(flag('plan'))).toEqual([undefined, 'not-applicable', 'TARGETING_MATCH']);
    expect(metadata.licenseModel).toBe('suite');
    expect(flag('project-management')?.metadata.suitePlan).toBe('core');
  });
});

describe('unknown', () => {
  it('has no value, so that the default of the caller decides', () => {
    const { flags, flag } = evaluate({ tenant: premium, user: null });
    const features = flags.filter(({ key }) => !/^(addon-|plan$|suite-plan$|license-model$)/.test(key));
    for (const each of features) expect(brief(each)).toEqual([undefined, 'unknown', 'UNKNOWN']);
    for (const each of features) expect(each).not.toHaveProperty('value');
    expect(brief(flag('plan'))).toEqual([undefined, 'unknown', 'UNKNOWN']);
  });

  it('is everything when nothing could be read, and the age of the data is not invented', () => {
    const { flags, metadata } = evaluate({ tenant: null, user: null, source: { readAt: null, stale: true } });
    for (const each of flags) expect(each).not.toHaveProperty('value');
    expect(metadata).toMatchObject({ stale: true });
    expect(metadata).not.toHaveProperty('asOf');
  });
});

describe('a tenant that is not served', () => {
  it.each(['suspended', 'deleting', 'revoked'] as const)('has every feature off while it is %s', (status) => {
    const { flags } = evaluate({ tenant: null, user: null, source: { pause: findPause(status, []) } });
    for (const each of flags) {
      expect([each.variant, each.reason]).toEqual(['lapsed', 'DISABLED']);
      expect(each.metadata.reasonCode).toBe(`tenant-${status}`);
    }
    expect(flags.filter(({ value }) => value === false)).toHaveLength(68 + 4);
  });

  it('includes one whose license has ended, but not in the days of grace', () => {
    const ending = { ...premium, expiryDate: '2026-11-20', graceDate: '2026-11-28' };
    const on = (day: string) => brief(evaluate({ tenant: ending, user: salesUser, day }).flag('sales-guide'));
    expect(on('2026-11-20')).toEqual([true, 'enabled', 'TARGETING_MATCH']);
    expect(on('2026-11-28')).toEqual([true, 'enabled', 'TARGETING_MATCH']);
    expect(on('2026-11-29')).toEqual([false, 'lapsed', 'DISABLED']);
    const without = { ...ending, graceDate: null };
    expect(brief(evaluate({ tenant: without, user: salesUser, day: '2026-11-21' }).flag('saint'))).toEqual([
      false,
      'lapsed',
      'DISABLED',
    ]);
  });
});

describe('a question about another plan', () => {
  it('answers what the user would have', () => {
    const { flag } = evaluate({ tenant: premium, user: salesUser, plan: 'service-premium' });
    expect(brief(flag('knowledge-base'))).toEqual([true, 'enabled', 'TARGETING_MATCH']);
    expect(flag('plan')?.value).toBe('service-premium');
  });

  it('answers for a plan of CRM Suite as well, with groups like their best feature', () => {
    const { flag, metadata } = evaluate({ tenant: premium, user: salesUser, plan: 'starter' });
    expect(metadata.licenseModel).toBe('suite');
    expect(flag('suite-plan')?.value).toBe('starter');
    expect(brief(flag('companies-and-contacts'))[0]).not.toBe(false);
    expect(brief(flag('contact-management'))).toEqual([true, 'enabled', 'TARGETING_MATCH']);
  });

  it('has no answer for a user plan on a CRM Suite tenant', () => {
    expect(answerPlanQuestion(entitlementEngine(suite, today), suiteUser, 'sales-premium')).toBeNull();
  });
});

describe('languages', () => {
  it.each(languageCodes)('has every text in %s', (code) => {
    const language = languages.choose([code]);
    const { flags } = evaluate({ tenant: premium, user: salesUser, source: { language } });
    for (const { metadata } of flags) {
      expect(metadata.reasonText ?? '').not.toMatch(/^reason\./);
      expect(metadata.planLabel).toBe('Sales-Premium');
    }
    const texts = new Set(flags.map(({ metadata }) => metadata.label));
    expect(texts.size).toBeGreaterThan(60);
  });
});
