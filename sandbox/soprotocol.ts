import type { ScreenKey } from './crm-texts.ts';

/** What a SoProtocol target opens. */
export interface Target {
  /** The screen of the rail that is current; null for a dialog or a screen of Settings and maintenance. */
  readonly screen: ScreenKey | null;
  /** The words of the documentation for the target. */
  readonly title: string;
  readonly forAdministrators: boolean;
}

/** A screen with its tabs, in the order upper and lower. */
interface ScreenTarget {
  readonly screen: ScreenKey;
  readonly title: string;
  readonly upper: readonly string[];
  readonly lower: readonly string[];
}

/**
 * The main screens (docs/superoffice/changes-2026.md#7-soprotocol-targets). `selectionboard` is left out: it needs a feature
 * toggle that is off. A target is case-sensitive here; whether it is in SuperOffice is not documented.
 */
const screens: Readonly<Record<string, ScreenTarget>> = {
  contact: {
    screen: 'company',
    title: 'Company',
    upper: ['main', 'udef', 'interest', 'info'],
    lower: [
      'personarchive',
      'relationarchive',
      'projectarchive',
      'activityarchive',
      'salearchive',
      'ticketarchive',
    ],
  },
  person: {
    screen: 'contact',
    title: 'Person',
    upper: ['main', 'details', 'udef', 'interest', 'info'],
    lower: ['projectarchive', 'relationarchive', 'activityarchive', 'salearchive', 'ticketarchive'],
  },
  chat: { screen: 'requests', title: 'Chat', upper: ['main'], lower: [] },
  dashboard2: { screen: 'dashboard', title: 'Dashboards', upper: ['main'], lower: [] },
  diary: {
    screen: 'diary',
    title: 'Diary',
    upper: ['day', 'week', 'month', 'view'],
    lower: ['activityarchive', 'diarysalearchive'],
  },
  flows: { screen: 'marketing', title: 'Email flows', upper: ['main'], lower: [] },
  newinbox: { screen: 'inbox', title: 'Inbox', upper: ['main'], lower: [] },
  emarketing: {
    screen: 'marketing',
    title: 'Marketing',
    upper: [
      'mailings',
      'mmlisttemplates',
      'mmlistlinks',
      'mmlistimages',
      'mmlistbounces',
      'mmlistforms',
      'mmlistformtemplates',
      'mmlistformsubmissions',
    ],
    lower: [],
  },
  project: {
    screen: 'project',
    title: 'Project',
    upper: ['main', 'udef', 'info', 'image', 'links'],
    lower: ['guide', 'projectmembersarchive', 'activityarchive', 'salearchive', 'ticketarchive'],
  },
  sale: {
    screen: 'sale',
    title: 'Sale',
    upper: ['main', 'details', 'udef', 'links', 'info'],
    lower: ['guide', 'quote', 'saleactivityarchive', 'stakeholderarchive', 'ticketarchive'],
  },
  ticket: { screen: 'requests', title: 'Requests', upper: ['main', 'findticket', 'new'], lower: [] },
  selectionbrowse: { screen: 'selection', title: 'Selection', upper: ['main'], lower: [] },
  selectionfind: { screen: 'selection', title: 'Selection', upper: ['main'], lower: [] },
};

/** The dialogs. */
const dialogs: Readonly<Record<string, string>> = {
  appointment: 'Follow-up',
  consentperson: 'Consent',
  document: 'Document',
  find: 'Find',
  invitations: 'Invitations',
  maildialog: 'Email',
  relation: 'Relation',
  statusmonitor: 'Status monitor',
};

/** The screens of Settings and maintenance (docs/superoffice/changes-2026.md#6-admin-screen-addresses). */
const administration: Readonly<Record<string, string>> = {
  adminlicense: 'Licences',
  adminusers: 'Users',
  adminroles: 'Roles',
  adminpreferences: 'Preferences',
  adminlists: 'Lists',
  adminfields: 'Fields',
  adminsystem: 'Options',
  adminsystemdesign: 'System design',
  adminquote: 'Quote/Sync',
  adminworkflow: 'Workflow',
  adminsaint: 'SAINT',
  adminrequests: 'Requests',
  admincustcenter: 'Customer center',
  adminchat: 'Chat',
  adminmarketing: 'Marketing',
  adminprivacy: 'Privacy',
  adminhugoai: 'AI services',
  adminimportwizard: 'Import',
  adminconfigscreens: 'Screen designer',
};

/** What a target such as `sale.main.guide` opens, without the part after `?`; null if it is not documented. */
export function findTarget(where: string): Target | null {
  if (Object.hasOwn(administration, where))
    return { screen: null, title: administration[where] ?? '', forAdministrators: true };
  if (Object.hasOwn(dialogs, where))
    return { screen: null, title: dialogs[where] ?? '', forAdministrators: false };
  const [name = '', upper = '', lower, ...rest] = where.split('.');
  const found = Object.hasOwn(screens, name) ? screens[name] : undefined;
  if (!found?.upper.includes(upper) || rest.length > 0) return null;
  if (lower !== undefined && !found.lower.includes(lower)) return null;
  return { screen: found.screen, title: found.title, forAdministrators: false };
}
