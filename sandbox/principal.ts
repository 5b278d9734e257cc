import { assignedLicenseNames, grantedLicense, owners } from './license-carriers.ts';
import type { Tenant, User } from './tenants.ts';
import { type ApiCall, ApiError, type ApiRoute } from './web-api.ts';

/** The associate id of the app's system user, the same in every tenant. */
export const systemAssociateId = 7;

/**
 * `GET User/currentPrincipal`: the calling user with licenses and function rights
 * (docs/superoffice/licenses.md#7-sample-of-currentprincipal).
 */
export function principalRoutes(): ApiRoute[] {
  return [
    {
      method: 'get',
      path: '/User/currentPrincipal',
      operation: 'User.currentPrincipal',
      handle: currentPrincipal,
    },
  ];
}

function currentPrincipal({ tenant, caller }: ApiCall) {
  if (caller.kind === 'system-user') return systemPrincipal(tenant);
  const user = tenant.users.find((row) => row.associateId === caller.associateId);
  if (!user || user.retired) throw new ApiError(401, 'SoUnauthorizedException', 'The user cannot sign in');
  return userPrincipal(tenant, user);
}

function userPrincipal(tenant: Tenant, user: User) {
  const role = tenant.roles.find((row) => row.id === user.roleId);
  return {
    ...emptyPrincipal(tenant),
    UserType: 'InternalAssociate',
    Associate: user.initials,
    AssociateId: user.associateId,
    IsPerson: true,
    PersonId: user.personId,
    ContactId: 1,
    GroupId: user.groupId,
    RoleId: user.roleId,
    RoleName: role?.name ?? '',
    RoleDescription: role?.description ?? '',
    RoleType: 'Employee',
    Licenses: grantedLicenses(tenant, user),
    FullName: user.fullName,
    EMailAddress: user.userName,
    FunctionRights: [...(role?.functionRights ?? [])].sort(),
    EjUserId: user.associateId,
    UserName: user.userName,
  };
}

function systemPrincipal(tenant: Tenant) {
  return {
    ...emptyPrincipal(tenant),
    UserType: 'SystemAssociate',
    Associate: 'SYSTEM',
    AssociateId: systemAssociateId,
    RoleName: 'System',
    RoleType: 'System',
    Licenses: grantedLicenses(tenant, undefined),
    FullName: 'System user',
    FunctionRights: ['admin-all'],
  };
}

/** All site licenses, and the user licenses assigned to the user. */
function grantedLicenses(tenant: Tenant, user: User | undefined) {
  return owners(tenant).flatMap((owner) => {
    const assigned = user ? assignedLicenseNames(tenant, owner, user) : new Set<string>();
    return owner.modules
      .filter((module) => module.LicenseType === 'SiteLicense' || assigned.has(module.ModuleName))
      .map((module) => grantedLicense(tenant, owner, module));
  });
}

function emptyPrincipal(tenant: Tenant) {
  return {
    IsPerson: false,
    PersonId: 0,
    CountryId: 578,
    HomeCountryId: 578,
    ContactId: 0,
    GroupId: 0,
    BusinessId: 0,
    CategoryId: 0,
    ContactOwner: 0,
    RoleId: 0,
    RoleDescription: '',
    EMailAddress: '',
    EjUserId: 0,
    EjAccessLevel: 0,
    EjUserStatus: 'StatusNormal',
    ProvidedCredentials: [],
    SecondaryGroups: [],
    DatabaseContextIdentifier: tenant.contextIdentifier,
    UserName: '',
  };
}
