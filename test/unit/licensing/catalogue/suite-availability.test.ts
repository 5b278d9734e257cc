import { describe, expect, it } from 'vitest';
import { findSuiteInclusion } from '../../../../src/licensing/catalogue/suite-availability.ts';
import { compileRules } from '../../../../src/licensing/entitlements/rules.ts';
import { assumptions, getRule } from '../fixtures/engine.ts';

describe('suiteAvailability of a feature rule', () => {
  it.each([
    ['companies-and-contacts', 'starter', 'published'],
    ['custom-fields', 'core', 'published'],
    ['mobile-crm', 'core', 'published'],
    ['mobile-crm-request-management', 'core', 'published'],
    ['sales-guide', 'core', 'published'],
    ['dashboards-custom-tiles', 'core', 'published'],
    ['project-management', 'core', 'published'],
    ['saint', 'growth', 'published'],
    ['auto-assign-to-agent', 'starter', 'published'],
    ['knowledge-base', 'growth', 'published'],
    ['mailings', 'growth', 'published'],
    ['mailing-service-mailgun', 'growth', 'inferred'],
    ['marketing-automation', 'plus', 'published'],
  ] as const)('%s comes with %s', (feature, from, confidence) => {
    expect(getRule(feature).suiteAvailability).toEqual({ from, confidence });
  });

  it('an assumption replaces what is published, and without both no plan is known', () => {
    const needByFeature = { 'quote-management': { from: 'super', confidence: 'inferred' } } as const;
    const { features } = compileRules({ ...assumptions, suite: { ...assumptions.suite, needByFeature } });
    expect(features.get('quote-management')?.suiteAvailability).toEqual(needByFeature['quote-management']);
    expect(features.get('mailing-service-mailgun')?.suiteAvailability).toBeNull();
  });
});

describe('findSuiteInclusion', () => {
  it.each([
    ['starter', 'excluded'],
    ['core', 'included'],
    ['super', 'included'],
  ] as const)('a feature from Core is %s: %s', (plan, inclusion) => {
    expect(findSuiteInclusion(plan, { from: 'core', confidence: 'published' })).toBe(inclusion);
  });

  it('is unclear if no page names a plan', () => {
    expect(findSuiteInclusion('super', null)).toBe('unclear');
  });
});
