import { describe, expect, it } from 'vitest';
import type { Confidence } from '../../../../src/licensing/catalogue/confidence.ts';
import type { FeatureKey } from '../../../../src/licensing/catalogue/feature-keys.ts';
import {
  type DetectedTier,
  type Solution,
  solutions,
} from '../../../../src/licensing/catalogue/solutions.ts';
import { decideFeatureOnSuite } from '../../../../src/licensing/entitlements/decide-feature-on-suite.ts';
import { decideFeatureOnUserPlans } from '../../../../src/licensing/entitlements/decide-feature-on-user-plans.ts';
import type { LicenseIndex } from '../../../../src/licensing/licenses/license-index.ts';
import type { DetectedPlan } from '../../../../src/licensing/plans/detect-plan.ts';
import type { TierFinding } from '../../../../src/licensing/plans/detect-tiers.ts';
import { assumptions, getRule } from '../fixtures/engine.ts';

interface Licensed {
  readonly site?: readonly string[];
  readonly user?: readonly string[];
  readonly siteLicensesKnown?: boolean;
  readonly userLicensesKnown?: boolean;
}

function licenseIndex({
  site = [],
  user = [],
  siteLicensesKnown = true,
  userLicensesKnown = true,
}: Licensed): LicenseIndex {
  return {
    site: new Set(site),
    user: new Set(user),
    siteLicensesKnown,
    userLicensesKnown,
    plans: [],
    expired: new Map(),
  };
}

function decide(feature: FeatureKey, licensed: Licensed, plan: DetectedPlan | null) {
  const { state, reason } = decideFeatureOnUserPlans(getRule(feature), licenseIndex(licensed), plan);
  return [state, reason];
}

function assignedPlan(
  sales: DetectedTier,
  service: DetectedTier = 'none',
  marketing: DetectedTier = 'none',
  confidence?: Confidence,
): DetectedPlan {
  const tiers = { sales, service, marketing };
  const findings = solutions
    .filter((each) => tiers[each] !== 'none')
    .map((each) => foundTier(each, tiers[each], confidence));
  return { kind: 'user-plan', plan: null, tiers, modules: [], description: '', findings };
}

function foundTier(
  solution: Solution,
  tier: DetectedTier,
  confidence: Confidence = 'documented',
): TierFinding {
  return {
    solution,
    tier,
    step: 'user-marker',
    by: tier === 'premium' ? 't2' : 't1',
    confidence,
    against: [],
  };
}

const noPlan: DetectedPlan = { kind: 'no-plan', module: null };
const oldSales: DetectedPlan = {
  kind: 'old-plan',
  module: 'superlicense-sales-pro',
  tiers: { sales: 'unknown', service: 'none', marketing: 'none' },
  description: '',
};
const undocumented: DetectedPlan = { kind: 'undocumented-plan', module: 'twelve', description: '' };

describe('decideFeature for a site and a user license (quotes)', () => {
  const site = ['quote'];
  const user = ['quote-cal'];

  it('enables the feature when both licenses are present, regardless of the plan', () => {
    for (const plan of [
      assignedPlan('premium'),
      assignedPlan('none', 'premium'),
      noPlan,
      oldSales,
      undocumented,
      null,
    ]) {
      expect(decide('quote-management', { site, user }, plan)).toEqual(['enabled', 'granted']);
    }
  });

  it('makes the feature view-only without the user license', () => {
    for (const plan of [assignedPlan('none', 'premium'), oldSales, undocumented, null]) {
      expect(decide('quote-management', { site }, plan)).toEqual([
        'view-only',
        'user-license-missing-possibly-visible',
      ]);
    }
  });

  it('reports the feature as readable when its user license is documented as editing only', () => {
    expect(decide('project-management', { site: ['project'] }, null)).toEqual([
      'view-only',
      'user-license-missing',
    ]);
  });

  it('makes the feature view-only without the user license even when the plan includes it', () => {
    expect(decide('quote-management', { site }, assignedPlan('premium'))).toEqual([
      'view-only',
      'user-license-missing-possibly-visible',
    ]);
  });

  it('requires an upgrade instead of returning view-only for a user without a plan', () => {
    expect(decide('quote-management', { site }, noPlan)).toEqual(['upgrade', 'user-without-plan']);
  });

  it('requires an upgrade for a feature without its site license', () => {
    for (const plan of [assignedPlan('essential'), oldSales, undocumented, null]) {
      expect(decide('quote-management', { user }, plan)).toEqual(['upgrade', 'site-license-missing']);
    }
  });

  it('returns unknown when the plan includes the feature and the site license is missing', () => {
    expect(decide('quote-management', { user }, assignedPlan('premium'))).toEqual([
      'unknown',
      'plan-license-conflict',
    ]);
  });

  it('enables the feature by its user license when the site licenses are unknown', () => {
    expect(decide('quote-management', { user, siteLicensesKnown: false }, null)).toEqual([
      'enabled',
      'granted',
    ]);
  });

  it('decides by the plan when the licenses are unknown', () => {
    const unknown = { siteLicensesKnown: false, userLicensesKnown: false };
    expect(decide('quote-management', unknown, assignedPlan('premium'))).toEqual([
      'enabled',
      'included-in-plan',
    ]);
    expect(decide('quote-management', unknown, assignedPlan('essential'))).toEqual(['upgrade', 'plan-lacks']);
    expect(decide('quote-management', unknown, assignedPlan('unknown'))).toEqual(['unknown', 'tier-unknown']);
    expect(decide('quote-management', unknown, null)).toEqual(['unknown', 'no-evidence']);
  });
});

describe('decideFeature for two user licenses (sales guide)', () => {
  it.each([
    [['guide-sale'], ['guide-cal', 'sale-cal'], 'enabled'],
    [['guide'], ['guide-cal', 'sale-cal'], 'enabled'],
    [['guide-sale'], ['guide-cal'], 'view-only'],
    [['guide-sale'], ['sale-cal'], 'view-only'],
    [[], ['guide-cal', 'sale-cal'], 'upgrade'],
  ])('with site licenses %j and user licenses %j the state is %s', (site, user, state) => {
    expect(decide('sales-guide', { site, user }, assignedPlan('none', 'none', 'premium'))[0]).toBe(state);
  });
});

describe('decideFeature for a user license only (request management)', () => {
  it('enables the feature when the user license is present', () => {
    expect(decide('request-management', { user: ['ej-client'] }, null)).toEqual(['enabled', 'granted']);
  });

  it('requires an upgrade for a feature without its user license', () => {
    expect(decide('request-management', {}, assignedPlan('premium'))).toEqual(['upgrade', 'not-licensed']);
    expect(decide('request-management', {}, undocumented)).toEqual(['upgrade', 'not-licensed']);
  });

  it('returns unknown without the user license when the plan includes the feature', () => {
    expect(decide('request-management', {}, assignedPlan('none', 'essential'))).toEqual([
      'unknown',
      'plan-license-conflict',
    ]);
  });
});

describe('decideFeature for a site license only (escalation)', () => {
  const site = ['escalate'];

  it('enables the feature only for users whose plan includes it', () => {
    expect(decide('rule-based-escalation', { site }, assignedPlan('none', 'premium'))).toEqual([
      'enabled',
      'site-license-only',
    ]);
    expect(decide('rule-based-escalation', { site }, assignedPlan('none', 'essential'))).toEqual([
      'upgrade',
      'plan-lacks',
    ]);
    expect(decide('rule-based-escalation', { site }, assignedPlan('premium'))).toEqual([
      'upgrade',
      'plan-lacks',
    ]);
    expect(decide('rule-based-escalation', { site }, oldSales)).toEqual(['unknown', 'no-evidence']);
  });

  it('returns unknown while the tier is unknown', () => {
    expect(decide('rule-based-escalation', { site }, assignedPlan('none', 'unknown'))).toEqual([
      'unknown',
      'tier-unknown',
    ]);
  });

  it('returns unknown when no plan shows that the user has the solution', () => {
    expect(decide('rule-based-escalation', { site }, undocumented)).toEqual(['unknown', 'no-evidence']);
    expect(decide('rule-based-escalation', { site }, null)).toEqual(['unknown', 'no-evidence']);
  });

  it('enables a common feature for every user', () => {
    expect(decide('documents-and-templates', { site: ['document'] }, null)).toEqual([
      'enabled',
      'site-license-only',
    ]);
  });

  it('requires an upgrade for a feature without its only site license', () => {
    expect(decide('rule-based-escalation', {}, assignedPlan('premium'))).toEqual([
      'upgrade',
      'site-license-missing',
    ]);
  });
});

describe('decideFeature for licenses that every plan has (standard service reports)', () => {
  const licensed = { site: ['report'], user: ['report-cal'] };

  it('enables the feature only when the plan contains the solution', () => {
    expect(decide('standard-service-reports', licensed, assignedPlan('premium'))).toEqual([
      'upgrade',
      'plan-lacks',
    ]);
    expect(decide('standard-service-reports', licensed, assignedPlan('none', 'essential'))).toEqual([
      'enabled',
      'granted',
    ]);
  });

  it('does not return view-only when the plan lacks the solution', () => {
    expect(decide('standard-service-reports', { site: ['report'] }, assignedPlan('premium'))[0]).toBe(
      'upgrade',
    );
    expect(decide('standard-service-reports', { site: ['report'] }, assignedPlan('none', 'premium'))[0]).toBe(
      'view-only',
    );
  });
});

describe('decideFeature without a known module (knowledge base)', () => {
  it.each([
    [assignedPlan('none', 'premium'), 'enabled', 'included-in-plan'],
    [assignedPlan('none', 'essential'), 'upgrade', 'plan-lacks'],
    [assignedPlan('premium'), 'upgrade', 'plan-lacks'],
    [assignedPlan('none', 'unknown'), 'unknown', 'tier-unknown'],
    [noPlan, 'upgrade', 'user-without-plan'],
    [oldSales, 'unknown', 'no-evidence'],
    [undocumented, 'unknown', 'no-evidence'],
    [null, 'unknown', 'no-evidence'],
  ] as const)('decides by the plan in case %#', (plan, state, reason) => {
    expect(decide('knowledge-base', {}, plan)).toEqual([state, reason]);
  });
});

describe('decideFeature for a common feature', () => {
  it('enables the feature in every plan, even when its module is missing', () => {
    for (const feature of [
      'relations',
      'mobile-crm',
      'documents-and-templates',
      'consent-management',
    ] as const) {
      expect(decide(feature, {}, assignedPlan('none', 'unknown'))).toEqual(['enabled', 'in-every-plan']);
    }
  });

  it('gives the license as the reason when the license is present', () => {
    const licensed = { site: ['relation'], user: ['relation-cal'] };
    expect(decide('relations', licensed, assignedPlan('essential'))).toEqual(['enabled', 'granted']);
  });

  it('decides by the licenses of a user with an old plan', () => {
    const licensed = { site: ['relation'], user: ['relation-cal'] };
    expect(decide('relations', licensed, oldSales)).toEqual(['enabled', 'granted']);
    expect(decide('relations', { site: ['relation'] }, oldSales)).toEqual([
      'view-only',
      'user-license-missing',
    ]);
    expect(decide('documents-and-templates', { site: ['document'] }, oldSales)).toEqual([
      'enabled',
      'site-license-only',
    ]);
    expect(decide('consent-management', {}, oldSales)).toEqual(['unknown', 'no-evidence']);
  });

  it('requires an upgrade for a user without a plan', () => {
    expect(decide('documents-and-templates', { site: ['document'] }, noPlan)).toEqual([
      'upgrade',
      'user-without-plan',
    ]);
  });
});

describe('decideFeature for a feature in several rows', () => {
  it('cites the row with the strongest plan inclusion', () => {
    const [plan] = decideFeatureOnUserPlans(
      getRule('dashboards-custom-tiles'),
      licenseIndex({ siteLicensesKnown: false, userLicensesKnown: false }),
      assignedPlan('essential', 'none', 'essential'),
    ).evidence.filter((each) => each.kind === 'plan');
    expect(plan).toEqual({ kind: 'plan', inclusion: 'yes', row: 'MaE10' });
  });

  it('returns unknown while the plan possibly includes one of the rows', () => {
    const unknown = { siteLicensesKnown: false, userLicensesKnown: false };
    expect(decide('saint', unknown, assignedPlan('unknown', 'essential'))).toEqual([
      'unknown',
      'tier-unknown',
    ]);
  });
});

describe('decideFeature evidence', () => {
  it('names each module behind the state, whether present or absent', () => {
    const { evidence } = decideFeatureOnUserPlans(
      getRule('sales-guide'),
      licenseIndex({ site: ['guide'] }),
      null,
    );
    expect(evidence).toEqual([
      { kind: 'module', scope: 'site', name: 'guide', present: true },
      { kind: 'module', scope: 'user', name: 'guide-cal', present: false },
      { kind: 'module', scope: 'user', name: 'sale-cal', present: false },
    ]);
  });

  it('names all alternatives when none of them is present', () => {
    const { evidence } = decideFeatureOnUserPlans(getRule('forms'), licenseIndex({}), null);
    expect(evidence.flatMap((each) => (each.kind === 'module' ? [each.name] : []))).toEqual([
      'forms',
      'forms-free',
      'forms-cal',
    ]);
  });

  it('does not list an unknown license as absent', () => {
    const unknown = licenseIndex({ siteLicensesKnown: false, userLicensesKnown: false, user: ['guide-cal'] });
    expect(decideFeatureOnUserPlans(getRule('sales-guide'), unknown, null).evidence).toEqual([
      { kind: 'module', scope: 'user', name: 'guide-cal', present: true },
    ]);
  });

  it('states how the tier of the solution was found', () => {
    const finding = foundTier('sales', 'premium');
    const other = foundTier('service', 'essential');
    const plan: DetectedPlan = {
      kind: 'user-plan',
      plan: null,
      tiers: { sales: 'premium', service: 'essential', marketing: 'none' },
      modules: [],
      description: '',
      findings: [finding, other],
    };
    expect(
      decideFeatureOnUserPlans(getRule('sales-forecasting-product-level'), licenseIndex({}), plan).evidence,
    ).toEqual([
      { kind: 'plan', inclusion: 'yes', row: 'SaP2' },
      { kind: 'tier', ...finding },
    ]);
  });
});

describe('decideFeature confidence', () => {
  const confidence = (feature: FeatureKey, licensed: Licensed, plan: DetectedPlan | null) =>
    decideFeatureOnUserPlans(getRule(feature), licenseIndex(licensed), plan).confidence;

  it('the confidence equals that of the mapping when a module decided', () => {
    expect(confidence('quote-management', { site: ['quote'], user: ['quote-cal'] }, null)).toBe('documented');
    expect(confidence('request-management', { user: ['ej-client'] }, null)).toBe('inferred');
  });

  it('the confidence of view-only equals that of the mapping, whether or not visibility is certain', () => {
    const sales = { site: ['sale', 'quote'] };
    expect(decide('sales-and-opportunity-management', sales, null)[1]).toBe('user-license-missing');
    expect(decide('quote-management', sales, null)[1]).toBe('user-license-missing-possibly-visible');
    expect(confidence('sales-and-opportunity-management', sales, null)).toBe('documented');
    expect(confidence('quote-management', sales, null)).toBe('documented');
    expect(confidence('sales-forecasting', sales, null)).toBe('inferred');
  });

  it('the confidence is published when the plan decided, and none when nothing decided', () => {
    expect(confidence('knowledge-base', {}, assignedPlan('none', 'premium'))).toBe('published');
    expect(confidence('knowledge-base', {}, null)).toBe('none');
    expect(confidence('knowledge-base', {}, assignedPlan('none', 'unknown'))).toBe('none');
  });

  it('the confidence equals that of the tier when the plan decided by its tier', () => {
    const inferred = (tier: DetectedTier) => assignedPlan('none', tier, 'none', 'inferred');
    expect(decide('knowledge-base', {}, inferred('premium'))[1]).toBe('included-in-plan');
    expect(confidence('knowledge-base', {}, inferred('premium'))).toBe('inferred');
    expect(decide('knowledge-base', {}, inferred('essential'))[1]).toBe('plan-lacks');
    expect(confidence('knowledge-base', {}, inferred('essential'))).toBe('inferred');
  });

  it('the confidence is published when any tier of the solution would give the same result', () => {
    const unknown = { siteLicensesKnown: false, userLicensesKnown: false };
    const inferred = assignedPlan('premium', 'none', 'none', 'inferred');
    expect(confidence('sales-forecasting', unknown, inferred)).toBe('published');
    expect(confidence('knowledge-base', unknown, inferred)).toBe('published');
  });

  it('the confidence is the minimum of rows lacking the feature and the maximum of rows including it', () => {
    const unknown = { siteLicensesKnown: false, userLicensesKnown: false };
    const lackingPlan = assignedPlan('none', 'essential', 'none', 'inferred');
    expect(decide('saint', unknown, lackingPlan)[1]).toBe('plan-lacks');
    expect(confidence('saint', unknown, lackingPlan)).toBe('inferred');
    const includingPlan = assignedPlan('essential', 'none', 'essential', 'inferred');
    expect(decide('dashboards-custom-tiles', unknown, includingPlan)[1]).toBe('included-in-plan');
    expect(confidence('dashboards-custom-tiles', unknown, includingPlan)).toBe('published');
  });

  it('the confidence rises from inferred to published when licenses and published plans agree', () => {
    const licensed = { user: ['ej-client'] };
    expect(confidence('request-management', licensed, assignedPlan('none', 'essential'))).toBe('published');
    expect(confidence('request-management', {}, assignedPlan('premium', 'none'))).toBe('published');
    expect(confidence('request-management', licensed, assignedPlan('premium', 'none'))).toBe('inferred');
    const uncertain = assignedPlan('none', 'premium', 'none', 'inferred');
    expect(confidence('knowledge-base', {}, uncertain)).toBe('inferred');
  });
});

describe('published requirements on user plans', () => {
  it('the page of a feature outranks the list of user plans', () => {
    expect(decide('auto-assign-to-agent', {}, assignedPlan('none', 'essential'))).toEqual([
      'enabled',
      'included-in-plan',
    ]);
    expect(decide('auto-assign-to-agent', {}, assignedPlan('premium', 'none'))).toEqual([
      'upgrade',
      'plan-lacks',
    ]);
  });

  it('a licensed add-on replaces the Premium tier of the solution, and is named as evidence', () => {
    const essential = assignedPlan('none', 'essential');
    expect(decide('knowledge-base', {}, essential)[0]).toBe('upgrade');
    expect(decide('knowledge-base', { site: ['cep'] }, essential)[0]).toBe('enabled');
    expect(decide('knowledge-base', { site: ['cep'] }, assignedPlan('premium', 'none'))[0]).toBe('upgrade');
    const { evidence } = decideFeatureOnUserPlans(
      getRule('knowledge-base'),
      licenseIndex({ site: ['cep'] }),
      essential,
    );
    expect(evidence).toContainEqual({ kind: 'module', scope: 'site', name: 'cep', present: true });
  });
});

describe('decideFeatureOnSuite', () => {
  const { limitedFeatures } = assumptions.suite;
  const onSuite = (
    feature: FeatureKey,
    plan: 'starter' | 'core' | 'growth' | null,
    licensed: Licensed = {},
  ) => {
    const { state, reason } = decideFeatureOnSuite(
      getRule(feature),
      licenseIndex(licensed),
      plan,
      limitedFeatures,
    );
    return [state, reason];
  };

  it('decides by the Suite plan', () => {
    expect(onSuite('project-management', 'core')).toEqual(['enabled', 'suite-plan-includes']);
    expect(onSuite('project-management', 'starter')).toEqual(['upgrade', 'suite-plan-lacks']);
  });

  it('returns an upgrade below the plan that the page of the feature names', () => {
    expect(onSuite('quote-management', 'starter')).toEqual(['upgrade', 'suite-plan-lacks']);
    expect(onSuite('quote-management', 'core')).toEqual(['upgrade', 'suite-plan-lacks']);
    expect(onSuite('quote-management', 'growth')).toEqual(['enabled', 'suite-plan-includes']);
  });

  it('returns unknown when the Suite plan is unknown', () => {
    expect(onSuite('relations', null)).toEqual(['unknown', 'suite-plan-unknown']);
  });

  it('enables a feature by its licenses but never locks it because they are absent', () => {
    const licensed = { site: ['quote'], user: ['quote-cal'] };
    expect(onSuite('quote-management', 'core', licensed)).toEqual(['enabled', 'granted']);
    expect(onSuite('quote-management', null, licensed)).toEqual(['enabled', 'granted']);
    expect(onSuite('quote-management', 'growth', { site: ['quote'] })[0]).toBe('enabled');
  });

  it('does not grant by a site license alone, a license every plan has, or one license of a pair', () => {
    expect(onSuite('rule-based-escalation', 'core', { site: ['escalate'] })[0]).toBe('upgrade');
    const reports = { site: ['report'], user: ['report-cal'] };
    expect(onSuite('standard-service-reports', null, reports)[0]).toBe('unknown');
    expect(onSuite('quote-management', 'core', { user: ['quote-cal'] })[0]).toBe('upgrade');
  });

  it('adds the plan limit of an enabled feature, whether the plan or a license enables it', () => {
    const evidence = (plan: 'starter' | 'core' | 'growth' | null, licensed: Licensed = {}) =>
      decideFeatureOnSuite(getRule('project-management'), licenseIndex(licensed), plan, limitedFeatures)
        .evidence;
    const limit = { name: 'active-projects', maximum: 100, confidence: 'documented' };
    const licensed = { site: ['project'], user: ['project-cal'] };
    expect(evidence('core').at(-1)).toEqual({ kind: 'suite-limit', limit });
    expect(evidence('core', licensed).map(({ kind }) => kind)).toEqual(['module', 'module', 'suite-limit']);
    expect(evidence('growth').map(({ kind }) => kind)).toEqual(['suite-plan']);
    expect(evidence('starter').map(({ kind }) => kind)).toEqual(['suite-plan']);
    expect(evidence(null, licensed).map(({ kind }) => kind)).toEqual(['module', 'module']);
  });

  it('returns the required Suite plan as evidence, with its confidence', () => {
    expect(
      decideFeatureOnSuite(getRule('mailings'), licenseIndex({}), 'core', limitedFeatures),
    ).toMatchObject({
      confidence: 'published',
      evidence: [{ kind: 'suite-plan', plan: 'core', need: { from: 'growth', confidence: 'published' } }],
    });
  });
});
