import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../../src/licensing/catalogue/catalogue.ts';
import type { FeatureKey } from '../../../../src/licensing/catalogue/feature-keys.ts';
import {
  applyFunctionRights,
  normalizeFunctionRights,
} from '../../../../src/licensing/entitlements/apply-function-rights.ts';
import type { FeatureDecision, FeatureState } from '../../../../src/licensing/entitlements/entitlement.ts';
import { getRule, rules } from '../fixtures/engine.ts';

function decision(state: FeatureState): FeatureDecision {
  return { state, reason: 'granted', confidence: 'documented', evidence: [] };
}

function applyRights(
  before: FeatureDecision,
  feature: FeatureKey,
  rights: readonly string[] | null,
): FeatureDecision {
  return applyFunctionRights(before, getRule(feature), normalizeFunctionRights(rights), true);
}

function listHiddenRows(right: string): readonly string[] {
  return catalogue
    .filter(({ feature }) => rules.features.has(feature))
    .filter(({ feature }) => applyRights(decision('enabled'), feature, [right]).state === 'hidden-by-role')
    .map((row) => row.id);
}

describe('applyFunctionRights', () => {
  it.each([
    ['hide-sale', ['SaE1', 'SaE2', 'SaE4', 'SaE5', 'SaP1', 'SaP2', 'SaP4', 'SaP9']],
    ['hide-project', ['SaP8', 'SvP8', 'MaE21']],
    ['hide-selection', ['C20', 'C21', 'C22', 'SaP7', 'SvP7', 'MaE20']],
    ['hide-service', ['SvE1', 'SvE2', 'SvE3', 'SvP1', 'SvP2', 'SvP3', 'SvP4']],
    [
      'hide-marketing',
      [
        ...['MaE1', 'MaE2', 'MaE3', 'MaE4', 'MaE5', 'MaE6', 'MaE7', 'MaE8', 'MaE9', 'MaE11', 'MaE12'],
        ...['MaE13', 'MaE14', 'MaE15', 'MaE16', 'MaE17', 'MaE18', 'MaE19', 'MaP1'],
      ],
    ],
    ['hide-reporter', []],
    ['allow-bulk-export', []],
    ['constructor', []],
  ])('the function right %s hides exactly the rows %j', (right, rows) => {
    expect(listHiddenRows(right)).toEqual(rows);
  });

  it('notes the hiding right on a locked feature and leaves an unknown feature unchanged', () => {
    expect(applyRights(decision('upgrade'), 'quote-management', ['hide-sale'])).toMatchObject({
      state: 'upgrade',
      reason: 'not-licensed-and-hidden-by-role',
    });
    expect(applyRights(decision('unknown'), 'quote-management', ['hide-sale'])).toEqual(decision('unknown'));
  });

  it('locks a view-only feature and cites the function right as evidence', () => {
    expect(applyRights(decision('view-only'), 'quote-management', [' HIDE-Sale '])).toEqual({
      state: 'upgrade',
      reason: 'not-licensed-and-hidden-by-role',
      confidence: 'inferred',
      evidence: [{ kind: 'function-right', name: 'hide-sale' }],
    });
  });

  it.each(['upgrade', 'unknown'] as const)(
    'keeps the state %s of a feature that a function right hides',
    (state) => {
      expect(applyRights(decision(state), 'quote-management', ['hide-sale']).state).toBe(state);
    },
  );

  it('changes nothing when the function rights are unknown', () => {
    const enabled = decision('enabled');
    expect(applyRights(enabled, 'quote-management', null)).toBe(enabled);
  });
});
