import { z } from 'zod';
import type { UserLicenses } from '../../licensing/licenses/license-data.ts';
import { storableText } from '../../storable-text.ts';
import { isContextIdentifier } from '../transport/endpoints.ts';
import { maxNameLength, readBody } from '../transport/schemas.ts';
import { grantedLicensesSchema, isSuperOfficeOwner } from './license-schemas.ts';
import type { TenantApiClient } from './web-api.ts';

/** The user of an access token or ticket. */
export interface Principal {
  readonly associateId: number;
  readonly tenantId: string;
  /** The user's full name; empty if not reported. */
  readonly name: string;
  /** Licenses of every scope, including those of the site. */
  readonly licenses: UserLicenses;
}

const principalSchema = z.object({
  AssociateId: z.int32().positive(),
  DatabaseContextIdentifier: z.string().refine(isContextIdentifier),
  FullName: storableText(maxNameLength).nullable().catch(null),
  Licenses: grantedLicensesSchema,
  // One unreadable right makes all of them unknown: a missing right would mean that nothing is hidden.
  FunctionRights: z.array(storableText()).nullable().catch(null),
});

/**
 * The caller's associate, licenses and function rights (docs/superoffice/licenses.md#31-reading and
 * #7-sample-of-currentprincipal). The licenses are incomplete if a row cannot be read.
 * @throws SuperOfficeError `unexpected-response` if the response does not identify the caller
 */
export async function readCurrentPrincipal(apiClient: TenantApiClient): Promise<Principal> {
  const operation = 'current principal';
  const body = await apiClient.call({ operation, method: 'GET', path: 'User/currentPrincipal' });
  const principal = readBody(operation, principalSchema, body);
  return {
    associateId: principal.AssociateId,
    tenantId: principal.DatabaseContextIdentifier,
    name: principal.FullName ?? '',
    licenses: toUserLicenses(principal),
  };
}

/** Whether a principal is this user. */
export function isPrincipalOf(
  user: { readonly tenantId: string; readonly associateId: number },
  principal: Principal,
): boolean {
  return principal.tenantId === user.tenantId && principal.associateId === user.associateId;
}

function toUserLicenses({
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
    complete: lost === 0 && rows.some((row) => isSuperOfficeOwner(row.OwnerName)),
    functionRights,
  };
}
