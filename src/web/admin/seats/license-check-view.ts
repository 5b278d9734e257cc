import type { Diagnostic, ExcessUse } from '../../../licensing/diagnostics/diagnostic.ts';
import type { TenantEntitlements } from '../../../licensing/entitlement-engine.ts';
import { describedPlanName } from '../../plan-names.ts';
import type { Language } from '../../rendering/i18n.ts';
import { describeDiagnostic } from './diagnostic-messages.ts';
import { suitePlanName } from './seat-rows.ts';

/** A plan with more seats in use than purchased, and the inconsistencies that follow from it. */
interface ExcessUseView {
  readonly text: string;
  readonly derived: readonly string[];
}

/** What does not add up in the license data: overused plans, and everything else in one sentence each. */
export interface LicenseCheckView {
  readonly excessUse: readonly ExcessUseView[];
  readonly diagnostics: readonly string[];
}

/** Describes the inconsistencies of the license data. */
export function licenseCheckView(plans: TenantEntitlements, language: Language): LicenseCheckView {
  const names = new Map(plans.planSeats().map(({ module, plan }) => [module, describedPlanName(plan)]));
  const found = plans.diagnose();
  const suite = findSuiteExcess(plans, found, language);
  const overused = found.filter(isExcessUse).filter(({ module }) => names.has(module));
  const causes = [
    ...suite,
    ...overused.map((each) => ({ ...each, plan: names.get(each.module) ?? each.module })),
  ];
  const shown = new Set<Diagnostic>([...overused, ...suite.flatMap(({ derived }) => derived)]);
  const describeAll = (diagnostics: readonly Diagnostic[]) =>
    diagnostics.map((each) => describeDiagnostic(each, language));
  return {
    excessUse: causes.map((cause) => ({
      text: describeCause(cause, language),
      derived: describeAll(cause.derived),
    })),
    diagnostics: describeAll(found.filter((each) => !shown.has(each))),
  };
}

type Cause = Omit<ExcessUse, 'kind' | 'module'> & { readonly plan: string };

// The seats of a CRM Suite plan are a license without a `set=`: what has the same numbers follows from its excess.
function findSuiteExcess(
  plans: TenantEntitlements,
  found: readonly Diagnostic[],
  language: Language,
): readonly Cause[] {
  const seats = plans.suiteSeats(null);
  if (!seats.valid || seats.state !== 'over' || typeof seats.purchased !== 'number') return [];
  const { used: inUse, purchased } = seats;
  const derived = found
    .filter(isExcessUse)
    .filter((each) => each.inUse === inUse && each.purchased === purchased);
  return [{ plan: suitePlanName(plans, language), inUse, purchased, derived }];
}

function isExcessUse(diagnostic: Diagnostic): diagnostic is ExcessUse {
  return diagnostic.kind === 'more-in-use-than-purchased';
}

function describeCause({ plan, inUse, purchased }: Cause, { t, number }: Language): string {
  return t('admin.excessUse', {
    plan,
    inUse: number(inUse),
    purchased: number(purchased),
    excess: number(inUse - purchased),
  });
}
