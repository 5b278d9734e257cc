import { findPremium, type MadeTenant, replacePlans } from './made-tenant.ts';
import type { Module, Tenant, User } from './tenants.ts';

const domain = '@nordhavn.example';

const userCount = 5_000;
/** Users who have left and hold no plan; no list of users has them. */
const formerCount = 150;

/** The plans and, of 1,000 users, how many hold each. */
const plans = [
  { name: 'ten-sales', description: 'Sales Premium', of: ['ten-sales'], share: 462 },
  { name: 'ten-service', description: 'Service Premium', of: ['ten-service'], share: 231 },
  {
    name: 'ten-salesservice',
    description: 'SalesPremiumServicePremium',
    of: ['ten-sales', 'ten-service'],
    share: 96,
  },
  { name: 'ten-marketing', description: 'Marketing Premium', of: ['ten-marketing'], share: 34 },
  {
    name: 'ten-salesmarketing',
    description: 'SalesPremiumMarketingPremium',
    of: ['ten-sales', 'ten-marketing'],
    share: 41,
  },
  {
    name: 'ten-salesservicemarketing',
    description: 'SalesPremiumServicePremiumMarketingPremium',
    of: ['ten-salesservicemarketing'],
    share: 28,
  },
  // A plan of its own, which is no published one.
  { name: 'field-light', description: 'Field Service Light', of: [], share: 9 },
] as const;

/** Names of the countries of the company, with the share of its users. */
const countries = [
  {
    language: 'no',
    share: 31,
    first:
      'Anders Astrid Bjørn Eirik Eva Frode Guro Hanne Henrik Ida Ingrid Jonas Kari Kristian Lars Lene Liv Magnus Marit Marte Morten Nina Ola Per Ragnhild Silje Sindre Siri Tor Øyvind',
    last: 'Andersen Aas Bakke Berg Bråten Dahl Eide Eriksen Fossum Haugen Hagen Hansen Holm Iversen Johansen Knutsen Kristiansen Larsen Lie Lund Moen Myhre Nilsen Nygård Olsen Pettersen Solberg Strand Sunde Sørensen Ødegård',
  },
  {
    language: 'sv',
    share: 22,
    first:
      'Agneta Anders Annika Axel Birgitta Björn Elin Emma Erik Fredrik Gunilla Göran Hanna Håkan Johan Karin Klara Linnea Magnus Malin Mats Nils Olof Oskar Pontus Sara Sofia Stefan Åsa Örjan',
    last: 'Andersson Axelsson Berglund Bengtsson Björk Carlsson Ekström Eriksson Forsberg Gustafsson Hedlund Holmberg Håkansson Isaksson Johansson Karlsson Lindberg Lindqvist Lundgren Löfgren Nilsson Nyström Persson Sandberg Sjöberg Svensson Wallin Åberg Öberg',
  },
  {
    language: 'da',
    share: 14,
    first:
      'Anne Bent Birgitte Camilla Christian Dorthe Freja Gitte Hans Ida Jens Jeppe Jesper Karen Kasper Kirsten Lars Lone Mads Maja Mette Mikkel Niels Pernille Rasmus Rikke Søren Thomas Trine Ulla',
    last: 'Andersen Bang Bjerregaard Christensen Dam Frandsen Friis Hansen Holm Iversen Jensen Jeppesen Jørgensen Kjær Kjeldsen Kristensen Larsen Lauridsen Madsen Mikkelsen Mortensen Møller Nielsen Olsen Petersen Poulsen Rasmussen Schmidt Sørensen Thomsen',
  },
  {
    language: 'de',
    share: 17,
    first:
      'Andreas Anja Birgit Christian Claudia Daniel Dirk Elke Florian Frank Gabriele Heike Jan Jürgen Jörg Katharina Katrin Lena Lukas Markus Martina Matthias Michael Nadine Petra Sabine Stefan Susanne Thomas Uwe',
    last: 'Bauer Becker Böhm Braun Fischer Frank Graf Hartmann Hoffmann Huber Jäger Keller Koch Köhler König Krause Krüger Lang Lehmann Meyer Müller Neumann Richter Roth Schäfer Schmidt Schröder Schulz Vogel Weiß',
  },
  {
    language: 'nl',
    share: 9,
    first:
      'Anouk Bart Bram Carolien Daan Eline Femke Gijs Hanneke Ingrid Jan Jeroen Joost Karin Lieke Lotte Maarten Marieke Niels Pieter Rianne Ruben Sander Sanne Sjoerd Thijs Tim Willem Wouter Yvonne',
    last: 'Bakker van_den_Berg Boer Bos Brouwer Dekker van_Dijk Dijkstra de_Graaf de_Groot Hendriks Hoekstra Huisman Jansen de_Jong Koning Kuipers van_Leeuwen van_der_Meer Meijer Mulder Peters Postma Prins Smit Timmermans Visser Vermeulen de_Vries Willems',
  },
  {
    language: 'en',
    share: 7,
    first:
      'Alice Andrew Anna Benjamin Charlotte Daniel David Edward Eleanor Emily George Grace Hannah Harry Helen Jack James Kate Laura Lucy Matthew Oliver Paul Rachel Rebecca Robert Sarah Simon Thomas Victoria',
    last: 'Ashworth Bailey Baker Bennett Carter Clarke Cooper Davies Edwards Evans Foster Grant Green Harrison Hughes Jackson Kelly Lewis Marshall Mitchell Morgan Palmer Roberts Shaw Taylor Turner Walker Whitfield Wilson Wright',
  },
] as const;

/** A tenant of 5,000 users, made from the plans of the Premium tenant. */
export const largeTenant: MadeTenant = { tenantId: 'Cust20500', domain, create: createLargeTenant };

function createLargeTenant(tenants: readonly Tenant[]): Tenant {
  const premium = findPremium(tenants);
  const users = createUsers();
  return {
    ...premium,
    key: 'large',
    contextIdentifier: largeTenant.tenantId,
    companyName: 'Nordhavn Group',
    serialNr: '1010000500',
    modules: createModules(premium.modules, users),
    users,
    unlistedUserCounts: new Map(),
    approved: false,
    state: 'Running',
    thirdPartyLicensed: false,
    moves: 0,
  };
}

/** The rows of the Premium tenant with enough seats, and the plans above in place of its own. */
function createModules(premium: readonly Module[], users: readonly User[]): Module[] {
  const published = premium.filter((module) => module.inUse !== undefined);
  const [sample] = published;
  if (sample === undefined) throw new Error('tenants.json: the Premium tenant has no plan');
  const setOf = (name: string) => {
    const info = published.find((module) => module.ModuleName === name)?.ExtraInfo ?? '';
    return info.replace('set=', '').split(',');
  };
  const planRows = plans.map(({ name, description, of }, index): Module => {
    const inUse = users.filter((user) => user.plan === name).length;
    const set = of.length === 0 ? ['user', 'web', 'pocket-crm-cal'] : new Set(of.flatMap(setOf));
    return {
      ...sample,
      id: 501 + index,
      ModuleName: name,
      ModuleDescription: description,
      ModuleTooltip: '',
      NumberOfLicenses: Math.ceil((inUse * 1.04) / 10) * 10,
      ExtraInfo: `set=${[...set].join()}`,
      confidence: 'invented',
      inUse,
    };
  });
  return replacePlans(premium, planRows);
}

function createUsers(): User[] {
  const random = createRandom(20_500);
  const users = Array.from({ length: userCount + formerCount }, (_each, index) => createUser(index, random));
  const [administrator] = users;
  if (administrator !== undefined)
    Object.assign(administrator, {
      fullName: 'Astrid Berg',
      userName: `astrid.berg${domain}`,
      roleId: 1,
      isAdministrator: true,
      plan: 'ten-salesservicemarketing',
      retired: false,
      canLogIn: true,
      waitingForApproval: false,
      loggedInDaysAgo: 0,
    });
  return users;
}

function createUser(index: number, random: () => number): User {
  const country = pickByShare(countries, random);
  const pick = (names: string) => {
    const all = names.split(' ');
    return (all[Math.floor(random() * all.length)] ?? '').replaceAll('_', ' ');
  };
  const fullName = `${pick(country.first)} ${pick(country.last)}`;
  const associateId = 1_000 + index;
  const plan = pickByShare([...plans, { name: null, share: 99 }], random).name;
  return {
    associateId,
    userName: `user${associateId}${domain}`,
    initials: `U${associateId}`,
    fullName,
    personId: 20_000 + index,
    groupId: 2 + (index % 3),
    roleId: 2,
    language: country.language,
    isAdministrator: false,
    plan,
    extraLicenses: [],
    thirdPartyLicenses: [],
    identityProvider: 'superoffice-online',
    ...createState(plan, index, random),
  };
}

/** Whether the user has left, may log in or waits for approval, and when they last logged in. */
function createState(plan: string | null, index: number, random: () => number) {
  const roll = random();
  const daysAgo = Math.floor(random() ** 4 * 400);
  if (index >= userCount) return { plan: null, retired: true, loggedInDaysAgo: 200 + daysAgo };
  const regular = { retired: false, loggedInDaysAgo: daysAgo };
  if (plan === null) return regular;
  if (roll < 0.02) return { retired: true, loggedInDaysAgo: 60 + daysAgo };
  if (roll < 0.035) return { ...regular, canLogIn: false, loggedInDaysAgo: 90 + daysAgo };
  if (roll < 0.042) return { ...regular, canLogIn: false, waitingForApproval: true, loggedInDaysAgo: null };
  return roll < 0.06 ? { ...regular, loggedInDaysAgo: null } : regular;
}

function pickByShare<T extends { readonly share: number }>(all: readonly T[], random: () => number): T {
  let left = random() * all.reduce((sum, { share }) => sum + share, 0);
  for (const each of all) {
    left -= each.share;
    if (left < 0) return each;
  }
  return all[all.length - 1] as T;
}

/** The same numbers from 0 to 1 each time (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
