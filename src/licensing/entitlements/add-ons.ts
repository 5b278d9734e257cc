import { type AddOnKey, addOnKeys } from '../catalogue/add-ons.ts';
import type { LicenseIndex } from '../licenses/license-index.ts';
import type { PlanModel } from '../plans/detect-plan.ts';
import type { FeatureState, Reason } from './entitlement.ts';

/** The site licenses of each add-on; any one of them is sufficient. */
export type AddOnModules = Readonly<Record<AddOnKey, readonly string[]>>;

/** The state of an add-on in the tenant. `module` is the site license that enables it, or null. */
export interface AddOn {
  readonly key: AddOnKey;
  readonly state: Extract<FeatureState, 'enabled' | 'add-on' | 'unknown'>;
  readonly reason: Extract<Reason, 'add-on-licensed' | 'add-on-missing' | 'no-evidence'>;
  readonly module: string | null;
}

/**
 * Decides the four add-ons by the tenant's site licenses (docs/superoffice/licenses.md#6-modules-per-feature). On a CRM
 * Suite tenant a missing license leaves the state unknown: it is not published which add-ons a Suite plan includes.
 */
export function decideAddOns(
  licenseIndex: Pick<LicenseIndex, 'site' | 'siteLicensesKnown'>,
  model: PlanModel,
  modules: AddOnModules,
): readonly AddOn[] {
  return addOnKeys.map((key) => {
    const module = modules[key].find((name) => licenseIndex.site.has(name)) ?? null;
    if (module !== null) return { key, state: 'enabled', reason: 'add-on-licensed', module };
    if (!licenseIndex.siteLicensesKnown || model === 'suite')
      return { key, state: 'unknown', reason: 'no-evidence', module };
    return { key, state: 'add-on', reason: 'add-on-missing', module };
  });
}
