import type { Language } from './languages.ts';

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

/** The key of an add-on subscription. */
export type AddOnKey = (typeof addOns)[number]['key'];

/** The four add-on subscriptions, in published order. */
export const addOnKeys: readonly AddOnKey[] = addOns.map(({ key }) => key);

/** Returns the label of an add-on in one language. Three of the add-ons have the same label in all languages. */
export function getAddOnLabel(key: AddOnKey, language: Language): string {
  const label: AddOnData['label'] | undefined = addOns.find((addOn) => addOn.key === key)?.label;
  return typeof label === 'object' ? label[language] : (label ?? key);
}
