import { describe, expect, it } from 'vitest';
import type { Assumptions } from '../../../src/licensing/entitlements/assumptions.ts';
import { changesOf } from './fixtures/changed-assumptions.ts';
import { assumptions } from './fixtures/engine.ts';
import { answersBy } from './fixtures/golden-answers.ts';
import { goldenCases } from './fixtures/golden-cases.ts';

const answer = answersBy(assumptions);
const shipped = [...goldenCases].map(([name, golden]) => ({
  name,
  golden,
  text: JSON.stringify(answer(golden)),
}));

// The vector that saw the last change is asked first: it often sees the next.
function isSeen(changed: Assumptions): boolean {
  const answerNow = answersBy(changed);
  const seenBy = shipped.findIndex(({ golden, text }) => JSON.stringify(answerNow(golden)) !== text);
  shipped.unshift(...shipped.splice(seenBy, seenBy < 0 ? 0 : 1));
  return seenBy >= 0;
}

const features = Object.values(assumptions.modules);
const withModules = Object.entries(assumptions.modules).filter(
  ([, { site, user }]) => site.length + user.length > 0,
);

/** User licenses of features that have a site license: of no other is it ever asked whether it only edits. */
const besideSite = new Set(features.filter(({ site }) => site.length > 0).flatMap(({ user }) => user));

/** Whether an answer can depend on an entry at all. */
function canShow(change: string): boolean {
  const [part, key = '', field = ''] = change.split(/[/ ]/);
  // How sure modules are is nothing where there are none (catalogue.test.ts holds these to `none`).
  return part !== 'modules' || field !== 'confidence' || withModules.some(([feature]) => feature === key);
}

const changes = changesOf(assumptions).filter(({ change }) => canShow(change));

describe('sensitivity of the golden vectors to the assumptions', () => {
  it.each([
    ['modules/', 240, 'licenses'],
    ['editingLicenses = ', 16, 'login'],
    ['containedIn/', 2, 'plan'],
    ['hiddenBy/', 19, 'login-without-plan-hidden'],
    ['premiumModules/', 8, 'tier-by-premium'],
    ['tierMarkers/', 8, 'tier'],
    ['addOnModules/', 16, 'add-ons'],
    ['planChanges/', 2, 'contract'],
    ['suite/modules/', 42, 'suite-by-'],
    ['suite/needByTier/', 40, 'suite-by-name'],
    ['suite/limitedFeatures/', 20, 'suite-by-name'],
  ])('at least one vector detects each change under %s (at least %d changes)', (part, least, likely) => {
    const ofPart = changes.filter(({ change }) => change.startsWith(part));
    expect(ofPart.length).toBeGreaterThanOrEqual(least);
    shipped.sort((a, b) => Number(b.name.startsWith(likely)) - Number(a.name.startsWith(likely)));
    expect(ofPart.filter((each) => !isSeen(each.assumptions)).map(({ change }) => change)).toEqual([]);
  });

  it('at least one vector detects each additional editing license', () => {
    const { editingLicenses } = assumptions;
    const others = [...besideSite].filter((name) => !editingLicenses.includes(name));
    expect(others).toHaveLength(6);
    const withOne = (name: string) => ({ ...assumptions, editingLicenses: [...editingLicenses, name] });
    expect(others.filter((name) => !isSeen(withOne(name)))).toEqual([]);
  });
});

describe('assumptions that affect no result', () => {
  it('changing these assumptions changes no vector; an entry that gains an effect needs one', () => {
    const notBesideSite = features.flatMap(({ user }) => user).filter((name) => !besideSite.has(name));
    const changed = {
      ...assumptions,
      modules: { ...assumptions.modules },
      editingLicenses: [...assumptions.editingLicenses, ...notBesideSite],
    };
    for (const [feature, { site, user }] of Object.entries(assumptions.modules)) {
      if (site.length + user.length > 0) continue;
      Object.assign(changed.modules, { [feature]: { site, user, confidence: 'documented' } });
    }
    expect(isSeen(changed)).toBe(false);
  });
});
