import { z } from 'zod';
import {
  assignedLicenseNames,
  extendedLicenseInfo,
  findOwner,
  licenseOwner,
  moduleLicense,
  owners,
} from './license-carriers.ts';
import { selectableItem } from './mdo-list.ts';
import type { Tenant, User } from './tenants.ts';
import { type ApiCall, ApiError, type ApiRoute, readBody } from './web-api.ts';

const ownerRequest = z.object({ OwnerName: z.string() });
const moduleRequest = z.object({ OwnerName: z.string(), ModuleName: z.string() });
const userRequest = z.object({ AssociateId: z.number() });

/**
 * The License agent and its REST equivalent (docs/superoffice/licenses.md#3-endpoints). They differ for a
 * missing license: the agent responds with 200 and null, REST with 404 (docs/superoffice/web-api.md#3-errors).
 */
export function licenseRoutes(): ApiRoute[] {
  return [...agentRoutes(), ...restRoutes()];
}

function agentRoutes(): ApiRoute[] {
  return [
    agent('GetLicenseForAllOwnersFromDB', ({ tenant }) => allOwners(tenant)),
    agent('GetLicenseFromDB', (call) => oneOwner(call.tenant, readBody(call, ownerRequest).OwnerName)),
    agent('GetModuleLicenseFromDB', (call) => {
      const { OwnerName, ModuleName } = readBody(call, moduleRequest);
      return oneModule(call.tenant, OwnerName, ModuleName);
    }),
    agent('GetUserLicenses', (call) => userLicenses(call.tenant, readBody(call, userRequest).AssociateId)),
    agent('GetUserAndInstallationLicenceStatus', (call) =>
      licenceStatus(call.tenant, readBody(call, userRequest).AssociateId),
    ),
    agent('GetShopUrl', (call) => shopUrl(call, readBody(call, ownerRequest).OwnerName)),
    agent('GetUserLicensesMDOList', ({ tenant }) => userLicenseItems(tenant)),
  ];
}

function restRoutes(): ApiRoute[] {
  return [
    rest('/License', 'GetAll', ({ tenant }) => allOwners(tenant)),
    rest('/License/User/MdoList', 'GetUserLicensesMDOList', ({ tenant }) => userLicenseItems(tenant)),
    rest('/License/User/:associateId', 'GetUser', ({ tenant, params }) =>
      userLicenses(tenant, Number(params.associateId)),
    ),
    rest('/License/:ownerName', 'GetOwner', ({ tenant, params }) => oneOwner(tenant, params.ownerName ?? '')),
    rest('/License/:ownerName/ShopUrl', 'GetShopUrl', (call) => shopUrl(call, call.params.ownerName ?? '')),
    rest('/License/:ownerName/:moduleName', 'GetModule', ({ tenant, params }) =>
      oneModule(tenant, params.ownerName ?? '', params.moduleName ?? ''),
    ),
  ];
}

function agent(name: string, handle: ApiRoute['handle']): ApiRoute {
  return { method: 'post', path: `/Agents/License/${name}`, operation: `License.${name}`, handle };
}

function rest(path: string, name: string, handle: ApiRoute['handle']): ApiRoute {
  const handleMissing = (call: ApiCall) => {
    const result = handle(call);
    if (result === null) throw new ApiError(404, 'SoNotFoundException', 'License not found');
    return result;
  };
  return { method: 'get', path, operation: `LicenseRest.${name}`, handle: handleMissing };
}

function allOwners(tenant: Tenant) {
  return owners(tenant).map((owner) => extendedLicenseInfo(tenant, owner));
}

function oneOwner(tenant: Tenant, ownerName: string) {
  const owner = findOwner(tenant, ownerName);
  return owner ? extendedLicenseInfo(tenant, owner) : null;
}

function oneModule(tenant: Tenant, ownerName: string, moduleName: string) {
  const owner = findOwner(tenant, ownerName);
  const module = owner?.modules.find((row) => row.ModuleName === moduleName.toLowerCase());
  return owner && module ? moduleLicense(owner, module) : null;
}

function userLicenses(tenant: Tenant, associateId: number) {
  const user = findUser(tenant, associateId);
  return user ? owners(tenant).map((owner) => licenseOwner(tenant, owner, user)) : null;
}

function licenceStatus(tenant: Tenant, associateId: number) {
  const user = findUser(tenant, associateId);
  if (!user) return null;
  return {
    AdminWarningDate: tenant.adminWarningDate,
    ExpiryDate: tenant.expiryDate,
    GraceDate: tenant.graceDate,
    CompanyName: tenant.companyName,
    SerialNr: tenant.serialNr,
    UserLicenses: owners(tenant).flatMap((owner) => [...assignedLicenseNames(tenant, owner, user)]),
  };
}

function shopUrl({ tenant, baseUrl }: ApiCall, ownerName: string): string | null {
  const { origin } = new URL(baseUrl);
  return findOwner(tenant, ownerName) ? `${origin}/shop?ctx=${tenant.contextIdentifier}` : null;
}

function userLicenseItems(tenant: Tenant) {
  return owners(tenant).map((owner) =>
    selectableItem({
      Id: owner.id,
      Name: owner.description,
      ChildItems: owner.modules
        .filter((module) => module.LicenseType === 'UserLicense')
        .map((module) =>
          selectableItem({ Id: module.id, Name: module.ModuleDescription, ExtraInfo: module.ModuleName }),
        ),
    }),
  );
}

function findUser(tenant: Tenant, associateId: number): User | undefined {
  return tenant.users.find((user) => user.associateId === associateId);
}
