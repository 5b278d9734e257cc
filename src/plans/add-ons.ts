import type { FeatureState, Reason } from './entitlement.ts';
import type { KnownModule } from './known-modules.ts';
import type { Language } from './languages.ts';
import type { LicenseLookup } from './license-lookup.ts';
import type { PlanModel } from './recognise-plan.ts';

interface AddOnData {
  readonly key: string;
  readonly label: string | Readonly<Record<Language, string>>;
  /** Any one of these site licenses is enough. */
  readonly site: readonly KnownModule[];
}

/** The add-on subscriptions and the site licenses behind them (user-plans.md 5, licences.md 6). */
const addOns = [
  { key: 'cep', label: 'Customer Engagement Platform (CEP)', site: ['cep', 'engagement'] },
  { key: 'ai', label: 'SuperOffice AI', site: ['aiplatform', 'ai'] },
  { key: 'expander-services', label: 'Expander Services', site: ['expander-services'] },
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
    site: ['exchange-sync', 'nebula', 'synchronizer'],
  },
] as const satisfies readonly AddOnData[];

/** One of the four add-on subscriptions. */
export type AddOnKey = (typeof addOns)[number]['key'];

/** Whether the tenant has an add-on. `module` is the site license that says so, or null. */
export interface AddOn {
  readonly key: AddOnKey;
  readonly state: Extract<FeatureState, 'enabled' | 'add-on' | 'unknown'>;
  readonly reason: Extract<Reason, 'add-on-licensed' | 'add-on-missing' | 'nothing-says'>;
  readonly module: KnownModule | null;
}

/**
 * The four add-ons, from the tenant's site licenses. On a CRM Suite tenant a missing one proves nothing:
 * what a Suite plan contains of them is not published.
 */
export function decideAddOns(lookup: LicenseLookup, model: PlanModel): readonly AddOn[] {
  return addOns.map(({ key, site }) => {
    const module = site.find((name) => lookup.site.has(name)) ?? null;
    if (module !== null) return { key, state: 'enabled', reason: 'add-on-licensed', module };
    if (!lookup.siteTold || model === 'suite')
      return { key, state: 'unknown', reason: 'nothing-says', module };
    return { key, state: 'add-on', reason: 'add-on-missing', module };
  });
}

/** The name of an add-on in one language; three of them keep their English name. */
export function addOnLabel(key: AddOnKey, language: Language): string {
  const label: AddOnData['label'] | undefined = addOns.find((addOn) => addOn.key === key)?.label;
  return typeof label === 'object' ? label[language] : (label ?? key);
}
