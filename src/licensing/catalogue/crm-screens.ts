import type { FeatureKey } from './feature-keys.ts';

/** A feature, or an add-on, that has a screen in the CRM. */
type Subject = FeatureKey | 'cep' | 'ai';

/** A screen of the CRM. */
export interface CrmScreen {
  /** Its SoProtocol target, for example `sale.main.guide`. */
  readonly target: string;
  /** Whether only administrators may open it. */
  readonly forAdministrators: boolean;
}

/**
 * The targets of the screens for all users, of 10 June 2026 (docs/superoffice/changes-2026.md#7-soprotocol-targets). Where
 * several are published for a feature, this is the one that needs neither a record nor a feature toggle: of `ticket` and
 * `selectionboard`, all do.
 */
const screens = {
  'companies-and-contacts': 'contact.main',
  relations: 'contact.main.relationarchive',
  'custom-fields': 'contact.udef',
  'consent-management': 'consentperson',
  'diary-and-invitations': 'diary.day',
  'superoffice-inbox': 'newinbox.main',
  'static-selections': 'selectionbrowse.main',
  'dynamic-selections': 'selectionbrowse.main',
  'selection-tasks': 'selectionbrowse.main',
  'combined-selections': 'selectionbrowse.main',
  'dashboards-default-charts': 'dashboard2.main',
  'dashboards-default-tiles': 'dashboard2.main',
  'dashboards-custom-tiles': 'dashboard2.main',
  'sales-and-opportunity-management': 'sale.main',
  'sales-guide': 'sale.main.guide',
  stakeholders: 'sale.main.stakeholderarchive',
  saint: 'statusmonitor',
  'project-management': 'project.main',
  'quote-management': 'sale.main.quote',
  'request-management': 'contact.main.ticketarchive',
  mailings: 'emarketing.mailings',
  'company-specific-mailing-templates': 'emarketing.mmlisttemplates',
  'mailing-template-library': 'emarketing.mmlisttemplates',
  'image-library': 'emarketing.mmlistimages',
  'open-and-click-tracking': 'emarketing.mmlistlinks',
  'custom-actions-on-link-clicks': 'emarketing.mmlistlinks',
  'bounce-management': 'emarketing.mmlistbounces',
  forms: 'emarketing.mmlistforms',
  'form-submissions-with-custom-actions': 'emarketing.mmlistformsubmissions',
  'company-specific-form-templates': 'emarketing.mmlistformtemplates',
  'form-template-library': 'emarketing.mmlistformtemplates',
  'marketing-automation': 'flows.main',
  cep: 'chat.main',
} as const satisfies Partial<Record<Subject, string>>;

/** The targets of the screens for administrators, from the same page. */
const administratorScreens = {
  'currency-support': 'adminlists',
  'request-categorization': 'adminrequests',
  'rule-based-escalation': 'adminrequests',
  'auto-assign-to-agent': 'adminrequests',
  ai: 'adminhugoai',
} as const satisfies Partial<Record<Subject, string>>;

/** The targets of the screens where administrators change plans, licenses and roles, from the same page. */
export const administrationTargets = {
  users: 'adminusers',
  licenses: 'adminlicense',
  roles: 'adminroles',
} as const;

const allScreens: ReadonlyMap<string, CrmScreen> = new Map([
  ...toScreens(screens, false),
  ...toScreens(administratorScreens, true),
]);

/** The screen of a feature or an add-on; null if SuperOffice publishes none. */
export function findCrmScreen(key: string): CrmScreen | null {
  return allScreens.get(key) ?? null;
}

function toScreens(targets: Readonly<Record<string, string>>, forAdministrators: boolean) {
  return Object.entries(targets).map(([key, target]) => [key, { target, forAdministrators }] as const);
}
