import type { Language } from '../catalogue/languages.ts';
import type { LicenseIndex } from '../licenses/license-index.ts';
import type { PlanModel } from '../plans/detect-plan.ts';
import type { FeatureState, Reason } from './entitlement.ts';

interface AddOnData {
  readonly key: string;
  readonly label: string | Readonly<Record<Language, string>>;
}

/** The add-on subscriptions (docs/superoffice/user-plans.md#5-add-ons-billing-and-contract). */
const addOns = [
  { key: 'cep', label: 'Customer Engagement Platform (CEP)' },
  { key: 'ai', label: 'SuperOffice AI' },
  { key: 'expander-services', label: 'Expander Services' },
  {
    key: 'calendar-synchronization',
    label: {
      en: 'Calendar synchronization',
      de: 'Kalendersynchronisierung',
      no: 'Kalendersynkronisering',
      sv: 'Kalendersynkronisering',
      da: 'Kalendersynkronisering',
      nl: 'Agenda-synchronisatie',
    },
  },
] as const satisfies readonly AddOnData[];

/** One of the four add-on subscriptions. */
type AddOnKey = (typeof addOns)[number]['key'];

/** The four add-on subscriptions, in published order. */
export const addOnKeys: readonly AddOnKey[] = addOns.map(({ key }) => key);

/** The site licenses of each add-on, of which any one is enough. */
export type AddOnModules = Readonly<Record<AddOnKey, readonly string[]>>;

/** Whether the tenant has an add-on. `module` is the site license that says so, or null. */
export interface AddOn {
  readonly key: AddOnKey;
  readonly state: Extract<FeatureState, 'enabled' | 'add-on' | 'unknown'>;
  readonly reason: Extract<Reason, 'add-on-licensed' | 'add-on-missing' | 'no-evidence'>;
  readonly module: string | null;
}

/**
 * The four add-ons, from the tenant's site licenses (docs/superoffice/licenses.md#6-modules-per-feature). On
 * a CRM Suite tenant a missing one proves nothing: what a Suite plan contains of them is not published.
 */
export function decideAddOns(
  licenseIndex: Pick<LicenseIndex, 'site' | 'siteLicensesKnown'>,
  model: PlanModel,
  modules: AddOnModules,
): readonly AddOn[] {
  return addOns.map(({ key }) => {
    const module = modules[key].find((name) => licenseIndex.site.has(name)) ?? null;
    if (module !== null) return { key, state: 'enabled', reason: 'add-on-licensed', module };
    if (!licenseIndex.siteLicensesKnown || model === 'suite')
      return { key, state: 'unknown', reason: 'no-evidence', module };
    return { key, state: 'add-on', reason: 'add-on-missing', module };
  });
}

/** The name of an add-on in one language; three of them keep their English name. */
export function addOnLabel(key: AddOnKey, language: Language): string {
  const label: AddOnData['label'] | undefined = addOns.find((addOn) => addOn.key === key)?.label;
  return typeof label === 'object' ? label[language] : (label ?? key);
}
