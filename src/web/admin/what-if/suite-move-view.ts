import type { SuiteTarget, UnknownPart } from '../../../licensing/advice/suite-target.ts';
import type { FeatureChange } from '../../../licensing/advice/suite-transition.ts';
import type { FeatureMove, TenantTransition } from '../../../licensing/advice/tenant-transition.ts';
import { getFeatureLabel } from '../../../licensing/catalogue/labels.ts';
import { type SuiteLimit, suiteLimitNames, suiteLimits } from '../../../licensing/catalogue/suite-limits.ts';
import { type SuitePlan, suitePlans } from '../../../licensing/catalogue/suite-plans.ts';
import type { TenantEntitlements } from '../../../licensing/entitlement-engine.ts';
import type { ReportedLimits } from '../../../licensing/licenses/license-data.ts';
import type { HeldPlan } from '../../../licensing/plans/identify-plan.ts';
import { planLabel } from '../../plan-names.ts';
import type { Language } from '../../rendering/i18n.ts';
import { suiteLimitRows } from '../../suite-limit-rows.ts';

/** The move of the whole tenant to a CRM Suite plan. */
export interface SuiteMoveView {
  readonly title: string;
  readonly plans: readonly { readonly key: SuitePlan; readonly label: string; readonly isChosen: boolean }[];
  /** The plan it leads to and why, in one sentence each. */
  readonly reasons: readonly string[];
  /** Null if there is no plan to move to. */
  readonly result: {
    readonly plan: string;
    readonly seats: readonly string[];
    readonly limits: readonly { readonly name: string; readonly before: string; readonly after: string }[];
    readonly changes: readonly {
      readonly title: string;
      readonly change: FeatureChange;
      readonly features: readonly { readonly name: string; readonly people: string }[];
    }[];
  } | null;
}

/** Changes that the page lists; what is kept or still missing is no change. */
const listed: readonly FeatureChange[] = ['lost', 'limited', 'gained', 'unknown'];

/** Describes a move to CRM Suite, or to another of its plans. `chosen` is null for the plan that the user plans lead to. */
export function suiteMoveView(input: {
  readonly entitlements: TenantEntitlements;
  /** The number of people by plan. */
  readonly held: ReadonlyMap<HeldPlan, number>;
  /** The number of users who can log in; null if it is not reported. */
  readonly canLogIn: number | null;
  readonly chosen: SuitePlan | null;
  readonly limits: ReportedLimits | null;
  readonly language: Language;
}): SuiteMoveView {
  const { entitlements, held, chosen, limits, language } = input;
  const isSuite = entitlements.report(null).model === 'suite';
  // Whether a person without a plan gets a seat is unknown, so nothing is known of their features.
  const counted = new Map([...held].filter(([each]) => each !== 'none' || isSuite));
  const { target } = entitlements.moveTenant(counted, null);
  const plan = chosen ?? findPlan(target);
  const transition: TenantTransition | null = plan === null ? null : entitlements.moveTenant(counted, plan);
  return {
    title: language.t(isSuite ? 'admin.whatIf.suite.other' : 'admin.whatIf.suite.title'),
    plans: suitePlans.map((key) => ({ key, label: planLabel(key, language), isChosen: key === plan })),
    reasons: describeTarget(target, language),
    result:
      plan === null || transition === null
        ? null
        : {
            plan: planLabel(plan, language),
            seats: describeSeats(input, target),
            limits: limitRows(entitlements, plan, limits, language),
            changes: listed.flatMap((change) => describeChanges(change, transition.changes, language)),
          },
  };
}

/** The plan to compare with: the target, the lowest that is certain, or the next one of a tenant on CRM Suite. */
function findPlan(target: SuiteTarget): SuitePlan | null {
  switch (target.kind) {
    case 'plan':
      return target.plan;
    case 'range':
      return target.atLeast;
    case 'on-suite':
      return target.plan === null ? null : (suitePlans[suitePlans.indexOf(target.plan) + 1] ?? target.plan);
    case 'no-assigned-plan':
      return null;
  }
}

function describeTarget(target: SuiteTarget, language: Language): readonly string[] {
  const { t } = language;
  const label = (plan: SuitePlan) => planLabel(plan, language);
  switch (target.kind) {
    case 'on-suite':
      return target.plan === null ? [] : [t('admin.whatIf.suite.onSuite', { plan: label(target.plan) })];
    case 'no-assigned-plan':
      return [t('admin.whatIf.suite.noPlans')];
    case 'plan': {
      const by = target.by.map(({ solution, tier }) => `${t(`solution.${solution}`)} ${t(`tier.${tier}`)}`);
      return [
        t('admin.whatIf.suite.target', { plan: label(target.plan), by: by.join(', ') }),
        ...describeUnknown(target.unknown, language),
      ];
    }
    case 'range':
      return [
        t('admin.whatIf.suite.range', { from: label(target.atLeast), to: label(target.atMost) }),
        ...describeUnknown(target.unknown, language),
      ];
  }
}

function describeUnknown(unknown: readonly UnknownPart[], { t }: Language): readonly string[] {
  return unknown.length === 0 ? [] : [t('admin.whatIf.suite.unknownParts')];
}

/** Every user who can log in needs a seat. If it is not reported who can, those who have a user plan count. */
function describeSeats(
  { entitlements, held, canLogIn, language: { t, number } }: Parameters<typeof suiteMoveView>[0],
  target: SuiteTarget,
): readonly string[] {
  if (target.kind === 'on-suite') {
    const seats = entitlements.suiteSeats(null);
    if (!seats.valid) return [t('admin.whatIf.suite.seatsUnknown')];
    const purchased = typeof seats.purchased === 'number' ? number(seats.purchased) : t('panel.unlimited');
    return [t('admin.whatIf.suite.seatsSame', { used: number(seats.used), purchased })];
  }
  if (canLogIn !== null)
    return [t('admin.whatIf.suite.canLogIn', { count: canLogIn, number: number(canLogIn) })];
  const withPlan = [...held].reduce((sum, [plan, count]) => (plan === 'none' ? sum : sum + count), 0);
  const without = held.get('none') ?? 0;
  return [
    t('admin.whatIf.suite.seats', { count: withPlan, number: number(withPlan) }),
    ...(without === 0
      ? []
      : [t('admin.whatIf.suite.withoutPlan', { count: without, number: number(without) })]),
  ];
}

function limitRows(
  entitlements: TenantEntitlements,
  plan: SuitePlan,
  reported: ReportedLimits | null,
  language: Language,
) {
  const { t, number } = language;
  const today = suiteLimitRows(entitlements.report(null).plan, reported, language);
  const describe = (limit: SuiteLimit) => (limit === 'unlimited' ? t('panel.unlimited') : number(limit));
  return suiteLimitNames.map((limit) => {
    const name = t(`limit.${limit}`);
    return {
      name,
      before: today.find((row) => row.name === name)?.value ?? t('admin.whatIf.suite.noLimit'),
      after: describe(suiteLimits[plan][limit]),
    };
  });
}

function describeChanges(
  change: FeatureChange,
  moves: readonly FeatureMove[],
  { t, number, code }: Language,
) {
  const features = moves.flatMap(({ feature, users }) => {
    const count = users[change] ?? 0;
    if (count === 0) return [];
    return [
      {
        name: getFeatureLabel(feature, code),
        people: t('admin.whatIf.people', { count, number: number(count) }),
      },
    ];
  });
  return features.length === 0 ? [] : [{ title: t(`admin.whatIf.suite.${change}`), change, features }];
}
