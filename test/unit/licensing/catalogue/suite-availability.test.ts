import { describe, expect, it } from 'vitest';
import { findSuiteAvailability } from '../../../../src/licensing/catalogue/suite-availability.ts';
import { assumptions, getRule } from '../fixtures/engine.ts';

describe('suiteAvailability of a feature rule', () => {
  it.each([
    ['companies-and-contacts', 'starter', null, 'inferred'],
    ['sales-forecasting', 'starter', null, 'inferred'],
    ['request-management', 'starter', null, 'inferred'],
    ['dashboards-default-tiles', 'starter', null, 'inferred'],
    ['project-management', 'core', null, 'documented'],
    ['saint', 'growth', null, 'documented'],
    ['rule-based-escalation', 'growth', null, 'inferred'],
    ['mailings', 'growth', null, 'inferred'],
    ['marketing-automation', 'plus', null, 'inferred'],
    ['quote-management', 'growth', 'core', 'inferred'],
    ['dashboards-custom-tiles', 'growth', 'core', 'inferred'],
    ['combined-selections', 'growth', 'core', 'inferred'],
  ] as const)('determines the Suite plans that include %s', (feature, from, possiblyFrom, confidence) => {
    expect(getRule(feature).suiteAvailability).toEqual({ from, possiblyFrom, confidence });
  });
});

describe('findSuiteAvailability', () => {
  it('uses the requirement assumed for a feature before the requirement of its tier', () => {
    const { rows } = getRule('quote-management');
    const need = { from: 'super', possiblyFrom: 'plus', confidence: 'inferred' } as const;
    const { needByTier } = assumptions.suite;
    expect(findSuiteAvailability(rows, { needByTier, needByFeature: { 'quote-management': need } })).toEqual(
      need,
    );
    expect(findSuiteAvailability(rows, { needByTier, needByFeature: {} })).not.toEqual(need);
  });
});
