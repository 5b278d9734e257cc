import type { Diagnostic, ExcessUse } from '../../licensing/diagnostics/diagnostic.ts';
import type { TenantEntitlements } from '../../licensing/entitlement-engine.ts';
import type { Language } from '../rendering/i18n.ts';
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
  const names = new Map(plans.planSeats().map(({ module, plan }) => [module, plan]));
  const found = plans.diagnose();
  const overused = found.filter(
    (each): each is ExcessUse => each.kind === 'more-in-use-than-purchased' && names.has(each.module),
  );
  const describeAll = (diagnostics: readonly Diagnostic[]) =>
    diagnostics.map((each) => describeDiagnostic(each, language));
  return {
    excessUse: [
      ...suiteExcess(plans, language),
      ...overused.map(({ module, inUse, purchased, derived }) => ({
        text: describeExcess(names.get(module) ?? module, inUse, purchased, language),
        derived: describeAll(derived),
      })),
    ],
    diagnostics: describeAll(found.filter((each) => !overused.some((cause) => cause === each))),
  };
}

function suiteExcess(plans: TenantEntitlements, language: Language): readonly ExcessUseView[] {
  const seats = plans.suiteSeats(null);
  if (!seats.valid || seats.state !== 'over' || typeof seats.purchased !== 'number') return [];
  const name = suitePlanName(plans, language);
  return [{ text: describeExcess(name, seats.used, seats.purchased, language), derived: [] }];
}

function describeExcess(plan: string, inUse: number, purchased: number, { t, number }: Language): string {
  return t('admin.excessUse', {
    plan,
    inUse: number(inUse),
    purchased: number(purchased),
    excess: number(inUse - purchased),
  });
}
