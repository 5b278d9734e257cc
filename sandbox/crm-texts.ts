import type { User } from './tenants.ts';

/**
 * The screens of the rail, in its order, with the function right that hides one. The names of the rights on requests and
 * marketing are inferred (docs/superoffice/changes-2026.md#13-rights-and-settings-that-hide-a-feature).
 */
export const screens = [
  { key: 'dashboard', hiddenBy: null },
  { key: 'company', hiddenBy: 'hide-company' },
  { key: 'contact', hiddenBy: null },
  { key: 'diary', hiddenBy: null },
  { key: 'sale', hiddenBy: 'hide-sale' },
  { key: 'project', hiddenBy: 'hide-project' },
  { key: 'requests', hiddenBy: 'hide-service' },
  { key: 'selection', hiddenBy: 'hide-selection' },
  { key: 'inbox', hiddenBy: 'hide-inbox' },
  { key: 'marketing', hiddenBy: 'hide-marketing' },
  { key: 'tools', hiddenBy: null },
] as const;
export type ScreenKey = (typeof screens)[number]['key'];

export type CrmTexts = Record<
  | ScreenKey
  | 'new'
  | 'search'
  | 'menu'
  | 'switchUser'
  | 'signOut'
  | 'today'
  | 'openSales'
  | 'activities'
  | 'pipeline',
  string
>;

const en: CrmTexts = {
  dashboard: 'Dashboard',
  company: 'Company',
  contact: 'Contact',
  diary: 'Diary',
  sale: 'Sale',
  project: 'Project',
  requests: 'Requests',
  selection: 'Selection',
  inbox: 'Inbox',
  marketing: 'Marketing',
  tools: 'Tools',
  new: 'New',
  search: 'Freetext search',
  menu: 'User menu',
  switchUser: 'Switch user',
  signOut: 'Sign out',
  today: 'Today',
  openSales: 'Open sales',
  activities: 'Activities this week',
  pipeline: 'Sales by stage',
};

const texts: Record<User['language'], CrmTexts> = {
  en,
  de: {
    dashboard: 'Dashboard',
    company: 'Firma',
    contact: 'Person',
    diary: 'Kalender',
    sale: 'Verkauf',
    project: 'Projekt',
    requests: 'Anfragen',
    selection: 'Selektion',
    inbox: 'Posteingang',
    marketing: 'Marketing',
    tools: 'Werkzeuge',
    new: 'Neu',
    search: 'Freitextsuche',
    menu: 'Benutzermenü',
    switchUser: 'Benutzer wechseln',
    signOut: 'Abmelden',
    today: 'Heute',
    openSales: 'Offene Verkäufe',
    activities: 'Aktivitäten diese Woche',
    pipeline: 'Verkäufe nach Phase',
  },
  no: {
    ...en,
    dashboard: 'Dashbord',
    company: 'Firma',
    contact: 'Person',
    diary: 'Dagbok',
    sale: 'Salg',
    project: 'Prosjekt',
    requests: 'Saker',
    selection: 'Utvalg',
    inbox: 'Innboks',
    marketing: 'Markedsføring',
    tools: 'Verktøy',
  },
  sv: {
    ...en,
    company: 'Företag',
    contact: 'Kontakt',
    diary: 'Dagbok',
    sale: 'Försäljning',
    project: 'Projekt',
    requests: 'Ärenden',
    selection: 'Urval',
    inbox: 'Inkorg',
    marketing: 'Marknadsföring',
    tools: 'Verktyg',
  },
  da: {
    ...en,
    company: 'Firma',
    contact: 'Person',
    diary: 'Kalender',
    sale: 'Salg',
    project: 'Projekt',
    requests: 'Sager',
    selection: 'Udvalg',
    inbox: 'Indbakke',
    tools: 'Værktøjer',
  },
  nl: {
    ...en,
    company: 'Bedrijf',
    contact: 'Persoon',
    diary: 'Agenda',
    sale: 'Verkoop',
    requests: 'Aanvragen',
    selection: 'Selectie',
    inbox: 'Postvak IN',
    tools: 'Extra',
  },
};

/** The texts of the CRM page in a user's language. */
export function crmTexts(user: User): CrmTexts {
  return texts[user.language];
}
