import { administrationTargets, findCrmScreen } from '../licensing/catalogue/crm-screens.ts';
import type { Seat } from '../licensing/plans/seat-availability.ts';
import type { CrmAddresses } from '../superoffice/api/crm-addresses.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { Language } from './rendering/i18n.ts';
import type { Session } from './sign-in/session.ts';

/** A link to SuperOffice. */
export interface CrmLink {
  readonly text: string;
  readonly href: string;
  /** The SoProtocol target, by which the CRM opens the screen around the panel; empty for another page. */
  readonly target: string;
}

/** What administrators can do in SuperOffice, with the way there. */
export interface AdministrationHelp {
  readonly steps: readonly string[];
  readonly links: readonly CrmLink[];
}

/** Something that an administrator does in SuperOffice. */
export type AdministratorAction =
  | 'assign-plan'
  | 'buy-licenses'
  | 'change-suite'
  | 'look-up-user'
  | 'change-role';

/** Addresses for administrators; `shop` is null if SuperOffice reports none. */
export interface AdministrationAddresses {
  readonly users: string;
  readonly licenses: string;
  readonly roles: string;
  readonly shop: string | null;
}

/** Reads the addresses for the administrators of a tenant. */
export async function readAdministrationAddresses(
  crmAddresses: CrmAddresses,
  tenant: Tenant,
): Promise<AdministrationAddresses> {
  const { users, licenses, roles } = administrationTargets;
  const [usersUrl, licensesUrl, rolesUrl, shop] = await Promise.all([
    crmAddresses.administration(tenant, users),
    crmAddresses.administration(tenant, licenses),
    crmAddresses.administration(tenant, roles),
    crmAddresses.shop(tenant),
  ]);
  return { users: usersUrl, licenses: licensesUrl, roles: rolesUrl, shop };
}

/** Like `readAdministrationAddresses`, for a user of the panel; null if the user is no administrator. */
export async function readAddressesForUser(
  crmAddresses: CrmAddresses,
  { session, tenant }: { readonly session: Pick<Session, 'isAdministrator'>; readonly tenant: Tenant },
): Promise<AdministrationAddresses | null> {
  return session.isAdministrator ? readAdministrationAddresses(crmAddresses, tenant) : null;
}

/** The link to the screen of a feature or an add-on; null if none is published, or if the user may not open it. */
export function screenLink(
  key: string,
  {
    crmScreenPattern,
    session,
    language: { t },
  }: {
    readonly crmScreenPattern: string;
    readonly session: Pick<Session, 'isAdministrator'>;
    readonly language: Language;
  },
): CrmLink | null {
  const screen = findCrmScreen(key);
  if (screen === null || (screen.forAdministrators && !session.isAdministrator)) return null;
  const { target } = screen;
  return { text: t('crm.open'), href: crmScreenPattern.replace('{target}', target), target };
}

/** What gives a user a plan, by its seat. A purchased seat has to be assigned too. */
export function actionsForSeat(seat: Seat): readonly AdministratorAction[] {
  return seat === 'assign' || seat === 'by-use' ? ['assign-plan'] : ['buy-licenses', 'assign-plan'];
}

/** The actions that a step explains; of the others, the page that names them says how. */
const explained = ['buy-licenses', 'assign-plan', 'change-suite'] as const satisfies AdministratorAction[];

const linksOf: Readonly<Record<AdministratorAction, readonly (keyof AdministrationAddresses)[]>> = {
  'assign-plan': ['users'],
  'buy-licenses': ['licenses', 'shop'],
  'change-suite': ['licenses', 'shop'],
  'look-up-user': ['users'],
  'change-role': ['roles'],
};

/** Describes how to do these actions. */
export function administrationHelp(
  actions: readonly AdministratorAction[],
  addresses: AdministrationAddresses,
  { t }: Language,
): AdministrationHelp {
  const names = [...new Set(actions.flatMap((action) => linksOf[action]))];
  return {
    steps: explained.filter((step) => actions.includes(step)).map((step) => t(`crm.step.${step}`)),
    links: names.flatMap((name) => {
      const href = addresses[name];
      if (href === null) return [];
      const target = name === 'shop' ? '' : administrationTargets[name];
      return [{ text: t(`crm.link.${name}`), href, target }];
    }),
  };
}
