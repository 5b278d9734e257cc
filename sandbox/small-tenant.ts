import { findPremium, type MadeTenant, replacePlans } from './made-tenant.ts';
import type { Module, User } from './tenants.ts';

const domain = '@solvik.example';

/** A company of five users: all users with a seat are listed. */
export const smallTenant: MadeTenant = {
  tenantId: 'Cust20005',
  domain,
  create(tenants) {
    const premium = findPremium(tenants);
    return {
      ...premium,
      key: 'small',
      contextIdentifier: smallTenant.tenantId,
      companyName: 'Solvik Båtbyggeri',
      serialNr: '1010000505',
      modules: replacePlans(premium.modules, premium.modules.flatMap(toPlan)),
      users: people.map(toUser),
      unlistedUserCounts: new Map(),
      approved: false,
      state: 'Running',
      thirdPartyLicensed: false,
      moves: 0,
    };
  },
};

/** The purchased seats by plan. */
const seats: Readonly<Record<string, number>> = {
  'ten-sales': 4,
  'ten-service': 2,
  'ten-salesservicemarketing': 1,
};

const people = [
  { name: 'Tone Solvik', mailbox: 'tone', plan: 'ten-salesservicemarketing', loggedInDaysAgo: 0 },
  { name: 'Aksel Rygh', mailbox: 'aksel', plan: 'ten-sales', loggedInDaysAgo: 1 },
  { name: 'Marit Egeland', mailbox: 'marit', plan: 'ten-sales', loggedInDaysAgo: 3 },
  { name: 'Hege Tveit', mailbox: 'hege', plan: 'ten-sales', loggedInDaysAgo: 140 },
  { name: 'Joakim Lund', mailbox: 'joakim', plan: 'ten-service', loggedInDaysAgo: 2 },
] as const;

/** The row of a plan that the company has purchased. */
function toPlan(row: Module): Module[] {
  const purchased = seats[row.ModuleName];
  if (row.inUse === undefined || purchased === undefined) return [];
  const inUse = people.filter(({ plan }) => plan === row.ModuleName).length;
  return [{ ...row, NumberOfLicenses: purchased, confidence: 'invented', inUse }];
}

function toUser({ name, mailbox, plan, loggedInDaysAgo }: (typeof people)[number], index: number): User {
  const isAdministrator = index === 0;
  return {
    associateId: 501 + index,
    userName: `${mailbox}${domain}`,
    initials: mailbox.slice(0, 2).toUpperCase(),
    fullName: name,
    personId: 5_100 + index,
    groupId: isAdministrator ? 1 : 2,
    roleId: isAdministrator ? 1 : 2,
    language: 'no',
    isAdministrator,
    plan,
    extraLicenses: [],
    thirdPartyLicenses: [],
    identityProvider: 'superoffice-online',
    retired: false,
    loggedInDaysAgo,
  };
}
