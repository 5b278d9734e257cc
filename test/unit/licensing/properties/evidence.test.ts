import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../../../src/licensing/entitlements/entitlement.ts';
import { anyRights, type Case, runs, someCase, timeoutMs } from '../fixtures/arbitraries.ts';
import { rules } from '../fixtures/engine.ts';
import { getEntitlements } from '../fixtures/tenant-entitlements.ts';

/** Returns the normalized names in license data; `user` includes the license sets of the assigned plans. */
function namesIn({ tenant, user }: Case) {
  const own = <T extends { readonly owner: string }>(rows: readonly T[]) =>
    rows.filter(({ owner }) => owner.trim().toLowerCase() === 'superoffice');
  const normalize = (name: string) =>
    name
      .trim()
      .toLowerCase()
      .replace(/^superoffice\./, '');
  const purchased = own(tenant.modules);
  const granted = own(user.granted);
  const grantedNames = new Set(granted.map(({ name }) => normalize(name)));
  const sets = [...granted, ...purchased.filter(({ name }) => grantedNames.has(normalize(name)))];
  const assigned = sets.flatMap(({ extraInfo }) => extraInfo.split(/=|,|;|\s/).map(normalize));
  return {
    rights: (user.functionRights ?? []).map(normalize),
    site: new Set([...grantedNames, ...purchased.map(({ name }) => normalize(name))]),
    user: new Set([...grantedNames, ...assigned]),
  };
}

/** Whether the license data contains what the evidence states as present. */
function isSupported(evidence: Evidence, names: ReturnType<typeof namesIn>): boolean {
  if (evidence.kind === 'function-right') return names.rights.includes(evidence.name);
  return evidence.kind !== 'module' || !evidence.present || names[evidence.scope].has(evidence.name);
}

describe('entitlement decisions', () => {
  it('only locked and view-only features have upgrades', { timeout: timeoutMs }, () => {
    fc.assert(
      fc.property(someCase, ({ tenant, user }) => {
        const { entitlements } = getEntitlements(tenant).report(user);
        const wrong = entitlements.filter(
          ({ state, upgrades }) => upgrades.length > 0 && state !== 'upgrade' && state !== 'view-only',
        );
        expect(wrong.map(({ row }) => row)).toEqual([]);
      }),
      runs,
    );
  });

  it('every locked feature has at least one upgrade', { timeout: timeoutMs }, () => {
    fc.assert(
      fc.property(someCase, ({ tenant, user }) => {
        const { entitlements } = getEntitlements(tenant).report(user);
        const wrong = entitlements.filter(
          ({ state, upgrades }) => state === 'upgrade' && upgrades.length === 0,
        );
        expect(wrong.map(({ row, reason }) => [row, reason])).toEqual([]);
      }),
      runs,
    );
  });

  it('evidence names only licenses and rights in the data, and a grant has all its user licenses', {
    timeout: timeoutMs,
  }, () => {
    fc.assert(
      fc.property(someCase, ({ tenant, user }) => {
        const names = namesIn({ tenant, user });
        const { entitlements } = getEntitlements(tenant).report(user);
        const wrong = entitlements.filter(({ feature, reason, evidence }) => {
          const needed = reason === 'granted' ? (rules.features.get(feature)?.user ?? []) : [];
          const all =
            needed.every((name) => names.user.has(name)) && (reason !== 'granted' || needed.length > 0);
          return !all || !evidence.every((each) => isSupported(each, names));
        });
        expect(wrong).toEqual([]);
      }),
      runs,
    );
  });
});

describe('function rights', () => {
  it('adding function rights enables no feature', { timeout: timeoutMs }, () => {
    fc.assert(
      fc.property(someCase, anyRights, ({ tenant, user }, functionRights) => {
        const plans = getEntitlements(tenant);
        const before = plans.report({ ...user, functionRights: null }).entitlements;
        const after = plans.report({ ...user, functionRights }).entitlements;
        const gained = after.filter(
          ({ state }, at) => state === 'enabled' && before[at]?.state !== 'enabled',
        );
        expect(gained.map(({ row }) => row)).toEqual([]);
      }),
      runs,
    );
  });
});
