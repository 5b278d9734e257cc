import type { Module, Tenant, Tenants } from './tenants.ts';

/** A tenant that is made from the data of another when it is first used, and that no page of the sandbox shows. */
export interface MadeTenant {
  readonly tenantId: string;
  /** How the user names of its users end. */
  readonly domain: string;
  /** Makes the tenant; each time with the same users. */
  create(tenants: readonly Tenant[]): Tenant;
}

/** Adds a made tenant to those that have data files. */
export function withMadeTenant(tenants: Tenants, { tenantId, domain, create }: MadeTenant): Tenants {
  let made: Tenant | null = null;
  const findMade = (): Tenant => {
    made ??= create(tenants.all());
    return made;
  };
  return {
    all: tenants.all,
    find: (contextIdentifier) =>
      contextIdentifier === tenantId ? findMade() : tenants.find(contextIdentifier),
    findUser(typed) {
      const userName = typed.trim().toLowerCase();
      if (!userName.endsWith(domain)) return tenants.findUser(typed);
      const tenant = findMade();
      const user = tenant.users.find((row) => row.userName === userName);
      return user && { tenant, user };
    },
    reset() {
      tenants.reset();
      made = null;
    },
  };
}

/** The tenant with the key `premium`, whose licenses made tenants have. */
export function findPremium(tenants: readonly Tenant[]): Tenant {
  const premium = tenants.find((tenant) => tenant.key === 'premium');
  if (premium === undefined) throw new Error('tenants.json: no tenant has the key premium');
  return premium;
}

/** The rows of a license with other plans in place of its own, and as many seats of what these set as they need. */
export function replacePlans(rows: readonly Module[], plans: readonly Module[]): Module[] {
  const seatsWith = (name: string) =>
    plans
      .filter(({ ExtraInfo }) => ExtraInfo.slice('set='.length).split(',').includes(name))
      .reduce((sum, plan) => sum + plan.NumberOfLicenses, 0);
  const others = rows
    .filter((row) => row.inUse === undefined)
    .map((row) => ({ ...row, NumberOfLicenses: seatsWith(row.ModuleName) || row.NumberOfLicenses }));
  return [...others, ...plans];
}
