import { z } from 'zod';
import type { UserLicenses } from '../plans/license-data.ts';
import { isContextIdentifier } from './context-identifier.ts';
import { licenseScope } from './license-wire.ts';
import type { Caller } from './web-api.ts';
import { list, readBody, text, whole } from './wire.ts';

/** Who an access token or ticket stands for. `licenses` holds the site's too, told apart by their scope. */
export interface Principal {
  readonly associateId: number;
  readonly ctx: string;
  readonly licenses: UserLicenses;
}

const WirePrincipal = z.object({
  AssociateId: z.number(),
  DatabaseContextIdentifier: z.string().refine(isContextIdentifier),
  Licenses: list(
    z.object({
      OwnerName: text,
      Name: z.string().min(1),
      Description: text,
      LicenseType: licenseScope,
      ExtraFlags: whole,
      ExtraInfo: text,
    }),
  ),
  FunctionRights: z.array(z.string()).nullish(),
});

/** The caller's own associate, licenses and function rights; needs no agent (licences.md sections 3 and 7). */
export async function readCurrentPrincipal(caller: Caller): Promise<Principal> {
  const operation = 'current principal';
  const body = await caller.call({ operation, method: 'GET', path: 'User/currentPrincipal' });
  const principal = readBody(operation, WirePrincipal, body);
  return {
    associateId: principal.AssociateId,
    ctx: principal.DatabaseContextIdentifier,
    licenses: {
      associateId: principal.AssociateId,
      granted: principal.Licenses.map((license) => ({
        owner: license.OwnerName,
        name: license.Name,
        scope: license.LicenseType,
        description: license.Description,
        extraFlags: license.ExtraFlags,
        extraInfo: license.ExtraInfo,
      })),
      complete: principal.Licenses.some((license) => license.OwnerName.toUpperCase() === 'SUPEROFFICE'),
      functionRights: principal.FunctionRights ?? null,
    },
  };
}
