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
    search: 'Volltextsuche',
    menu: 'Benutzermenü',
    switchUser: 'Benutzer wechseln',
    signOut: 'Abmelden',
    today: 'Heute',
    openSales: 'Offene Verkäufe',
    activities: 'Aktivitäten diese Woche',
    pipeline: 'Verkäufe nach Phase',
  },
  no: {
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
    new: 'Ny',
    search: 'Fritekstsøk',
    menu: 'Brukermeny',
    switchUser: 'Bytt bruker',
    signOut: 'Logg av',
    today: 'I dag',
    openSales: 'Åpne salg',
    activities: 'Aktiviteter denne uken',
    pipeline: 'Salg etter fase',
  },
  sv: {
    dashboard: 'Dashboard',
    company: 'Företag',
    contact: 'Kontakt',
    diary: 'Kalender',
    sale: 'Försäljning',
    project: 'Projekt',
    requests: 'Ärenden',
    selection: 'Urval',
    inbox: 'Inkorg',
    marketing: 'Marknadsföring',
    tools: 'Verktyg',
    new: 'Ny',
    search: 'Fritextsökning',
    menu: 'Användarmeny',
    switchUser: 'Byt användare',
    signOut: 'Logga ut',
    today: 'I dag',
    openSales: 'Öppna försäljningar',
    activities: 'Aktiviteter den här veckan',
    pipeline: 'Försäljningar efter fas',
  },
  da: {
    dashboard: 'Dashboard',
    company: 'Firma',
    contact: 'Person',
    diary: 'Dagbog',
    sale: 'Salg',
    project: 'Projekt',
    requests: 'Sager',
    selection: 'Udvalg',
    inbox: 'Indbakke',
    marketing: 'Marketing',
    tools: 'Værktøjer',
    new: 'Ny',
    search: 'Fritekstsøgning',
    menu: 'Brugermenu',
    switchUser: 'Skift bruger',
    signOut: 'Log af',
    today: 'I dag',
    openSales: 'Åbne salg',
    activities: 'Aktiviteter i denne uge',
    pipeline: 'Salg efter fase',
  },
  nl: {
    dashboard: 'Dashboard',
    company: 'Bedrijf',
    contact: 'Persoon',
    diary: 'Agenda',
    sale: 'Verkoop',
    project: 'Project',
    requests: 'Verzoeken',
    selection: 'Selectie',
    inbox: 'Postvak IN',
    marketing: 'Marketing',
    tools: 'Tools',
    new: 'Nieuw',
    search: 'Zoeken in vrije tekst',
    menu: 'Gebruikersmenu',
    switchUser: 'Andere gebruiker',
    signOut: 'Afmelden',
    today: 'Vandaag',
    openSales: 'Open verkopen',
    activities: 'Activiteiten deze week',
    pipeline: 'Verkopen per fase',
  },
};

/** The texts of the CRM page in a user's language. */
export function crmTexts(user: User): CrmTexts {
  return texts[user.language];
}
