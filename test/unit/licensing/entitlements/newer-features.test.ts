import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { languages } from '../../../../src/licensing/catalogue/languages.ts';
import { getNewerFeatureLabel, newerFeatures } from '../../../../src/licensing/catalogue/newer-features.ts';
import type { SuitePlan } from '../../../../src/licensing/catalogue/suite-plans.ts';
import {
  decideNewerFeatures,
  undeterminedNewerFeatures,
} from '../../../../src/licensing/entitlements/newer-features.ts';
import type { DetectedPlan } from '../../../../src/licensing/plans/detect-plan.ts';
import { assignedPlan } from '../fixtures/assigned-plans.ts';
import { assumptions } from '../fixtures/engine.ts';

function decide(plan: DetectedPlan | null, site: readonly string[] = [], siteLicensesKnown = true) {
  const licenseIndex = {
    site: new Set(site),
    siteLicensesKnown,
    user: new Set<string>(),
    userLicensesKnown: true,
    plans: [],
    expired: new Map(),
  };
  const decided = decideNewerFeatures({ licenseIndex, plan }, assumptions.addOnModules);
  return new Map(decided.map(({ feature, state, reason }) => [feature.key, `${state} ${reason}`]));
}

const onSuite = (plan: SuitePlan | null): DetectedPlan => ({
  kind: 'suite',
  plan,
  by: { step: 'description', text: '' },
});

describe('data of newer features', () => {
  const file = new URL('../../../../docs/superoffice/data/documentation-tiers.tsv', import.meta.url);
  const tiers = new Map(
    readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => line.split('\t'))
      .filter(([, , , , , pageLanguages = '']) => pageLanguages.split(',').includes('en'))
      .map(([path = '', , license = '', tier = '']) => [path, { license, tier }]),
  );

  it.each(newerFeatures.map((feature) => [feature.key, feature] as const))(
    '%s has a page with the published license and tier, and a name in six languages',
    (_key, { page: { page, frontMatter }, ...feature }) => {
      const published = tiers.get(page);
      const tier = frontMatter?.at(-1) ?? published?.tier;
      expect(published?.tier).toBe(tier);
      expect(Boolean(published?.license)).toBe(
        frontMatter === undefined ? Boolean(published?.license) : frontMatter.length > 1,
      );
      for (const language of languages) {
        expect(getNewerFeatureLabel({ ...feature, page: { page } }, language)).not.toBe('');
      }
    },
  );

  it('has a different key for each feature', () => {
    expect(new Set(newerFeatures.map(({ key }) => key)).size).toBe(newerFeatures.length);
  });
});

describe('decideNewerFeatures', () => {
  it('decides by the plan that the page asks for', () => {
    const salesEssential = decide(assignedPlan('sales-essential'));
    expect(salesEssential.get('leads')).toBe('enabled included-in-plan');
    expect(salesEssential.get('caller-id')).toBe('enabled included-in-plan');
    expect(salesEssential.get('lead-category-automation')).toBe('upgrade plan-lacks');
    expect(salesEssential.get('request-types')).toBe('upgrade plan-lacks');
    expect(decide({ kind: 'no-plan', module: null }).get('leads')).toBe('upgrade user-without-plan');
    expect(decide(null).get('leads')).toBe('unknown no-evidence');
  });

  it('decides by the add-on that the page asks for', () => {
    const plan = assignedPlan('sales-premium');
    expect(decide(plan).get('chat')).toBe('add-on add-on-missing');
    expect(decide(plan, ['cep']).get('chat')).toBe('enabled add-on-licensed');
    expect(decide(plan, ['expander-services']).get('screen-designer')).toBe('enabled add-on-licensed');
    expect(decide(plan, [], false).get('chat')).toBe('unknown no-evidence');
  });

  it('decides each AI service by its own license', () => {
    const plan = assignedPlan('sales-premium');
    expect(decide(plan).get('ai-categorization')).toBe('add-on add-on-missing');
    expect(decide(plan, ['aiplatform']).get('ai-categorization')).toBe('unknown no-evidence');
    const categorization = decide(plan, ['aiplatform', 'aicategorization']);
    expect(categorization.get('ai-categorization')).toBe('enabled add-on-licensed');
    expect(categorization.get('ai-text-analysis')).toBe('unknown no-evidence');
    expect(categorization.get('workspace-assist')).toBe('unknown no-evidence');
  });

  it('does not decide on a user plan where the page names only a CRM Suite plan', () => {
    expect(decide(assignedPlan('sales-premium')).get('company-insight')).toBe('unknown no-evidence');
  });

  it.each([
    ['starter', 'workspace-assist', 'upgrade suite-plan-lacks'],
    ['core', 'workspace-assist', 'enabled suite-plan-includes'],
    ['core', 'company-insight', 'upgrade suite-plan-lacks'],
    ['growth', 'company-insight', 'enabled suite-plan-includes'],
    ['growth', 'mcp-connect', 'upgrade suite-plan-lacks'],
    ['plus', 'mcp-connect', 'enabled suite-plan-includes'],
    ['core', 'leads', 'enabled suite-plan-includes'],
    ['growth', 'utm-tracking', 'upgrade suite-plan-lacks'],
    ['super', 'ai-chatbot-connector', 'unknown suite-plan-unclear'],
    [null, 'leads', 'unknown suite-plan-unknown'],
  ] as const)('on CRM Suite %s, %s is %s', (plan, key, decision) => {
    expect(decide(onSuite(plan)).get(key)).toBe(decision);
  });
});

describe('undeterminedNewerFeatures', () => {
  it('lists every feature as unknown', () => {
    expect(undeterminedNewerFeatures().map(({ feature }) => feature)).toEqual(newerFeatures);
    expect(new Set(undeterminedNewerFeatures().map(({ reason }) => reason))).toEqual(
      new Set(['user-unknown']),
    );
  });
});
