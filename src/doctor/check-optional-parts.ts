import { crmUrlCall, shopUrlCall } from '../superoffice/api/crm-addresses.ts';
import { readLimitUse } from '../superoffice/api/suite-limits.ts';
import { readUserLogins } from '../superoffice/api/user-logins.ts';
import type { ApiCall, TenantApiClient } from '../superoffice/api/web-api.ts';
import { isRefusal, SuperOfficeError } from '../superoffice/transport/superoffice-error.ts';
import { type CheckResult, passed, runAgain, undecided } from './check-result.ts';

/** Calls that a tenant may refuse without harm. `attempt` returns what the call reported; empty for nothing. */
const optionalParts: readonly {
  readonly part: string;
  readonly attempt: (apiClient: TenantApiClient) => Promise<string>;
  /** What happens without it. */
  readonly consequence: string;
}[] = [
  ...(
    [
      ['dashboards', 'limit of dashboards'],
      ['active-projects', 'limit of projects'],
      ['active-marketing-flows', 'limit of marketing flows'],
      ['nearest', 'nearest limit'],
    ] as const
  ).map(([call, part]) => ({
    part,
    attempt: async (apiClient: TenantApiClient) => {
      const use = await readLimitUse(apiClient, call);
      return use === null ? '' : `${use.active} of ${use.maximum} in use`;
    },
    consequence: 'the limit is shown without its use',
  })),
  {
    part: 'logins of users',
    attempt: async (apiClient) => {
      const logins = await readUserLogins(apiClient, 0);
      return logins.some(({ loginReported }) => loginReported) ? 'the last login is reported' : '';
    },
    consequence: 'the list of users has no logins',
  },
  { part: 'web shop', attempt: readAddress(shopUrlCall), consequence: 'no link to the shop' },
  {
    part: 'screens of Settings and maintenance',
    attempt: readAddress(crmUrlCall('adminusers')),
    consequence: 'links open its start page',
  },
];

/** Tells which optional parts a tenant grants. A refusal is no failure. */
export async function* checkOptionalParts(apiClient: TenantApiClient): AsyncGenerator<CheckResult> {
  for (const { part, attempt, consequence } of optionalParts) {
    const step = `optional: ${part}`;
    yield await attempt(apiClient).then(
      (reported) =>
        passed(step, reported === '' ? 'Allowed; SuperOffice reports nothing.' : `Allowed: ${reported}.`),
      (error: unknown) => {
        if (isRefusal(error)) return passed(step, `Not allowed: ${consequence}.`);
        const code = error instanceof SuperOfficeError ? error.code : 'internal';
        return undecided(step, `No usable response (${code}).`, runAgain);
      },
    );
  }
}

/** Only the origin: an address may name the tenant's contract. */
function readAddress(call: ApiCall): (apiClient: TenantApiClient) => Promise<string> {
  return async (apiClient) => {
    const address = await apiClient.call(call);
    return typeof address === 'string' && URL.canParse(address) ? new URL(address).origin : '';
  };
}
