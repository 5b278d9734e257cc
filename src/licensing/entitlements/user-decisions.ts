import { decideAddOns } from './add-ons.ts';
import { type DecisionContext, decideEntitlements, undeterminedEntitlements } from './decide-entitlements.ts';
import { type DecideBy, type LicensesAndPlan, planKey, presenceKey } from './decision-cache.ts';
import type { Entitlement } from './entitlement.ts';
import { countFeatures, type EntitlementReport, indexByFeature } from './entitlement-report.ts';
import {
  type DecidedNewerFeature,
  decideNewerFeatures,
  undeterminedNewerFeatures,
} from './newer-features.ts';
import type { Rules } from './rules.ts';
import type { FindUpgrades } from './upgrade-cache.ts';

/** Everything that is decided for a user. */
export type UserDecisions = Pick<
  EntitlementReport,
  'entitlements' | 'features' | 'addOns' | 'newerFeatures' | 'counts'
>;

/** What a user's decisions rest on. */
type UserFacts = Omit<DecisionContext, 'decideBy' | 'findUpgrades'>;

/** Decides everything for a user of one tenant. */
export type DecideForUser = (facts: UserFacts) => UserDecisions;

/** Limits memory: the decisions for a user take about 20 kB. */
const maxCachedUsers = 256;

/**
 * Memoizes the decisions for the users of a tenant by what they look at. Users share them whose other licenses, dates and
 * rights differ.
 */
export function memoizeUserDecisions(
  rules: Rules,
  { decideBy, findUpgrades }: { readonly decideBy: DecideBy; readonly findUpgrades: FindUpgrades },
): DecideForUser {
  const cache = new Map<string, UserDecisions>();
  return (facts) => {
    const key = toCacheKey(rules, facts);
    const cached = cache.get(key);
    if (cached !== undefined) return cached;
    const decisions = decideForUser(rules, { ...facts, decideBy, findUpgrades });
    if (cache.size === maxCachedUsers) cache.clear();
    cache.set(key, decisions);
    return decisions;
  };
}

function decideForUser(rules: Rules, context: DecisionContext): UserDecisions {
  const newerFeatures = decideNewerFeatures(context, rules.assumptions.addOnModules);
  return toDecisions(decideEntitlements(rules, context), newerFeatures, rules, context);
}

/** What is decided for a user of whom nothing is known: the add-ons of the tenant. */
export function decideForUnknownUser(rules: Rules, given: LicensesAndPlan): UserDecisions {
  return toDecisions(undeterminedEntitlements(rules), undeterminedNewerFeatures(), rules, given);
}

function toDecisions(
  entitlements: readonly Entitlement[],
  newerFeatures: readonly DecidedNewerFeature[],
  { assumptions }: Rules,
  { licenseIndex, plan }: LicensesAndPlan,
): UserDecisions {
  const features = indexByFeature(entitlements);
  return {
    entitlements,
    features,
    addOns: decideAddOns(licenseIndex, plan, assumptions.addOnModules),
    newerFeatures,
    counts: countFeatures(features),
  };
}

function toCacheKey({ looksAt, assumptions }: Rules, facts: UserFacts): string {
  const { licenseIndex, rights, notices } = facts;
  const { expired, plans } = licenseIndex;
  const hiding =
    rights.size === 0 ? [] : Object.keys(assumptions.hiddenBy).filter((right) => rights.has(right));
  const expiration = expired.size === 0 ? [] : [[...expired], plans.map(({ name }) => name)];
  const others = JSON.stringify([hiding, notices, expiration]);
  return `${presenceKey(looksAt, licenseIndex)} ${planKey(facts)} ${others}`;
}
