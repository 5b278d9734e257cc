import { describe, expect, it } from 'vitest';
import type { FeatureKey } from '../../../src/licensing/catalogue/feature-keys.ts';
import type { Assumptions } from '../../../src/licensing/entitlements/assumptions.ts';
import { listChanges } from './fixtures/changed-assumptions.ts';
import { assumptions, rules } from './fixtures/engine.ts';
import { goldenCases } from './fixtures/golden-cases.ts';
import { createEvaluator } from './fixtures/golden-results.ts';

const evaluate = createEvaluator(assumptions);
const shipped = [...goldenCases].map(([name, golden]) => ({
  name,
  golden,
  text: JSON.stringify(evaluate(golden)),
}));

// The vector that detected the last change runs first, because it often detects the next one.
function isDetected(changed: Assumptions): boolean {
  const evaluateChanged = createEvaluator(changed);
  const detectedBy = shipped.findIndex(
    ({ golden, text }) => JSON.stringify(evaluateChanged(golden)) !== text,
  );
  shipped.unshift(...shipped.splice(detectedBy, detectedBy < 0 ? 0 : 1));
  return detectedBy >= 0;
}

const features = Object.values(assumptions.modules);
const withModules = Object.entries(assumptions.modules).filter(
  ([, { site, user }]) => site.length + user.length > 0,
);

/** User licenses of features that have a site license. Only for these does an editing license affect a result. */
const userLicensesBesideSite = new Set(
  features.filter(({ site }) => site.length > 0).flatMap(({ user }) => user),
);

/** Whether an entry can affect a result. */
function canAffectResult(change: string): boolean {
  const [part, key = '', field = ''] = change.split(/[/ ]/);
  if (rules.features.get(key as FeatureKey)?.discontinued) return false;
  // The confidence of a feature without modules affects nothing; catalogue.test.ts requires it to be `none`.
  return part !== 'modules' || field !== 'confidence' || withModules.some(([feature]) => feature === key);
}

const changes = listChanges(assumptions).filter(({ change }) => canAffectResult(change));

describe('sensitivity of the golden vectors to the assumptions', () => {
  it.each([
    ['modules/', 240, 'licenses'],
    ['editingLicenses = ', 16, 'login'],
    ['containedIn/', 2, 'plan'],
    ['hiddenBy/', 18, 'login-without-plan-hidden'],
    ['premiumModules/', 8, 'tier-by-premium'],
    ['tierMarkers/', 8, 'tier'],
    ['addOnModules/', 16, 'add-ons'],
    ['planChanges/', 2, 'contract'],
    ['suite/modules/', 42, 'suite-by-'],
    ['suite/needByFeature/', 4, 'suite-by-name'],
    ['suite/limitedFeatures/', 20, 'suite-by-name'],
  ])(
    'at least one vector detects each change under %s (at least %d changes)',
    (part, minChanges, likelyCases) => {
      const partChanges = changes.filter(({ change }) => change.startsWith(part));
      expect(partChanges.length).toBeGreaterThanOrEqual(minChanges);
      shipped.sort((a, b) => Number(b.name.startsWith(likelyCases)) - Number(a.name.startsWith(likelyCases)));
      expect(partChanges.filter((each) => !isDetected(each.assumptions)).map(({ change }) => change)).toEqual(
        [],
      );
    },
  );

  it('at least one vector detects each additional editing license', () => {
    const { editingLicenses } = assumptions;
    const others = [...userLicensesBesideSite].filter((name) => !editingLicenses.includes(name));
    expect(others).toHaveLength(6);
    const withOne = (name: string) => ({ ...assumptions, editingLicenses: [...editingLicenses, name] });
    expect(others.filter((name) => !isDetected(withOne(name)))).toEqual([]);
  });
});

describe('assumptions that affect no result', () => {
  it('changing these assumptions changes no vector; an entry that gains an effect needs one', () => {
    const withoutSiteLicense = features
      .flatMap(({ user }) => user)
      .filter((name) => !userLicensesBesideSite.has(name));
    const changed = {
      ...assumptions,
      modules: { ...assumptions.modules },
      editingLicenses: [...assumptions.editingLicenses, ...withoutSiteLicense],
    };
    for (const [feature, { site, user }] of Object.entries(assumptions.modules)) {
      if (site.length + user.length > 0) continue;
      Object.assign(changed.modules, { [feature]: { site, user, confidence: 'documented' } });
    }
    expect(isDetected(changed)).toBe(false);
  });
});
