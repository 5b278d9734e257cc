import { z } from 'zod';
import type { UserLicenses } from '../../licensing/licenses/license-data.ts';
import { isContextIdentifier } from '../transport/context-identifier.ts';
import { readBody } from '../transport/schemas.ts';
import { grantedLicensesSchema, isOwnOwner } from './license-schemas.ts';
import type { TenantApiClient } from './web-api.ts';

/** Who an access token or ticket stands for. `licenses` holds the site's too, told apart by their scope. */
export interface Principal {
  readonly associateId: number;
  readonly tenantId: string;
  /** The user's full name; empty where it was not told. */
  readonly name: string;
  readonly licenses: UserLicenses;
}

const principalSchema = z.object({
  AssociateId: z.int32().positive(),
  DatabaseContextIdentifier: z.string().refine(isContextIdentifier),
  FullName: z.string().nullable().catch(null),
  Licenses: grantedLicensesSchema,
  // One right that cannot be read leaves all untold: a right that is missing says that nothing is hidden.
  FunctionRights: z.array(z.string()).nullable().catch(null),
});

/**
 * The caller's own associate, licenses and function rights; needs no agent
 * (docs/superoffice/licenses.md#3-endpoints and #7-sample-of-currentprincipal). Throws `unexpected-response`
 * where it does not tell who the caller is; licenses it could not read make the rest not complete.
 */
export async function readCurrentPrincipal(apiClient: TenantApiClient): Promise<Principal> {
  const operation = 'current principal';
  const body = await apiClient.call({ operation, method: 'GET', path: 'User/currentPrincipal' });
  const principal = readBody(operation, principalSchema, body);
  return {
    associateId: principal.AssociateId,
    tenantId: principal.DatabaseContextIdentifier,
    name: principal.FullName ?? '',
    licenses: userLicenses(principal),
  };
}

function userLicenses({
  AssociateId: associateId,
  Licenses: { rows, lost },
  FunctionRights: functionRights,
}: z.output<typeof principalSchema>): UserLicenses {
  return {
    associateId,
    granted: rows.map((row) => ({
      owner: row.OwnerName,
      name: row.Name,
      scope: row.LicenseType,
      description: row.Description,
      version: row.Version,
      expiryDate: row.ExpiryDate,
      extraFlags: row.ExtraFlags,
      extraInfo: row.ExtraInfo,
    })),
    complete: lost === 0 && rows.some((row) => isOwnOwner(row.OwnerName)),
    functionRights,
  };
}
