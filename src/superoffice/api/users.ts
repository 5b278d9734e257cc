import { z } from 'zod';
import { storableText } from '../../storable-text.ts';
import { lenientFlag, lenientString, maxNameLength, rowId } from '../transport/schemas.ts';
import { isCallRefused, SuperOfficeError } from '../transport/superoffice-error.ts';
import { readArchive } from './archive.ts';
import type { TenantApiClient } from './web-api.ts';

/** A user of a tenant as the archive lists it. */
interface ListedUser {
  readonly associateId: number;
  readonly name: string;
  /** The English text of the archive; empty if the user has no plan or none was reported. */
  readonly userPlan: string;
  /** Null if it is not reported. */
  readonly canLogIn: boolean | null;
}

/** The users of a tenant, as one archive provider lists them, in the order of their ids. */
export interface UserList {
  /** The active internal users. */
  readonly users: readonly ListedUser[];
  /** The internal users who have left. */
  readonly retired: readonly ListedUser[];
  /** The number of rows without an id. A user who is missing from `users` may be one of them. */
  readonly unreadable: number;
  readonly provider: UserProvider;
}

/**
 * The archive providers that list users, in the order in which they are tried. Which of them the system user of
 * an app may read is not documented (docs/superoffice/web-api.md#91-allusers-archive). InternalUsers leaves out
 * external and system users.
 */
const userProviders = ['InternalUsers', 'AllUsers'] as const;
type UserProvider = (typeof userProviders)[number];

const operation = 'users';
/** Account types that have no user plan (docs/superoffice/web-api.md#91-allusers-archive). */
const excludedTypes = /external|anonymous|system/i;

const rowSchema = z.object({
  associateDbId: rowId,
  fullName: storableText(maxNameLength).catch(''),
  userplan: lenientString,
  assocType: lenientString,
  isActive: lenientFlag,
  canLogin: lenientFlag,
});
type Row = z.output<typeof rowSchema>;

/**
 * The internal users of a tenant.
 * @throws SuperOfficeError of the last provider if none of them lists users
 */
export async function readUsers(apiClient: TenantApiClient): Promise<UserList> {
  let failure = new SuperOfficeError('unexpected-response', operation);
  for (const provider of userProviders) {
    try {
      return await readProvider(apiClient, provider);
    } catch (error) {
      if (!isCallRefused(error)) throw error;
      failure = error;
    }
  }
  throw failure;
}

/** @throws SuperOfficeError `unexpected-response` if no row is readable: every tenant has an administrator */
async function readProvider(apiClient: TenantApiClient, provider: UserProvider): Promise<UserList> {
  const { rows, unreadable } = await readArchive(apiClient, {
    operation,
    provider,
    parameters: {
      $select: 'associateDbId,fullName,isActive,canLogin,userplan,assocType',
      $entities: 'all',
    },
    idColumn: 'associateDbId',
    rowSchema,
    toId: ({ associateDbId }) => associateDbId,
  });
  if (rows.size === 0) throw new SuperOfficeError('unexpected-response', operation, { detail: 'value' });
  const internal = [...rows.values()].filter(({ assocType }) => !excludedTypes.test(assocType));
  return {
    // A user without this column counts as active.
    users: internal.filter(({ isActive }) => isActive !== false).map(toListedUser),
    retired: internal.filter(({ isActive }) => isActive === false).map(toListedUser),
    unreadable,
    provider,
  };
}

function toListedUser({ associateDbId, fullName, userplan, canLogin }: Row): ListedUser {
  return { associateId: associateDbId, name: fullName, userPlan: userplan, canLogIn: canLogin };
}
