import { z } from 'zod';
import type { ReportedLimits, ReportedUse } from '../../licensing/licenses/license-data.ts';
import { lenientBoolean, lenientCount, readBody } from '../transport/schemas.ts';
import type { TenantApiClient } from './web-api.ts';

/** The name of a limit call's result. */
export type LimitCall = keyof ReportedLimits;

const paths: Readonly<Record<LimitCall, string>> = {
  dashboards: 'Agents/Dash/GetDashboardFencingInfo',
  'active-projects': 'Agents/Project/GetProjectFencingInfo',
  'active-marketing-flows': 'Agents/Workflow/GetWorkflowFencingInfo',
  nearest: 'Agents/License/GetFencingInfo',
};

/** The four limit calls (docs/superoffice/changes-2026.md#4-suite-limits-by-call). */
export const limitCalls = Object.keys(paths) as readonly LimitCall[];

/** A maximum that means no limit in .NET. */
const maxInt32 = 2 ** 31 - 1;

/** The FencingInfo carrier. */
const fencingInfoSchema = z
  .object({
    ActiveCount: lenientCount,
    Maximum: lenientCount,
    IsNearingMaximum: lenientBoolean,
    HasReachedMaximum: lenientBoolean,
  })
  .nullable()
  .transform((info): ReportedUse | null => {
    if (info === null || info.ActiveCount === null) return null;
    const {
      ActiveCount: active,
      Maximum: maximum,
      IsNearingMaximum: near,
      HasReachedMaximum: reached,
    } = info;
    // How SuperOffice reports an unlimited or excluded item is not documented.
    if (maximum === null || maximum === 0 || maximum === maxInt32) return null;
    return { active, maximum, near, reached };
  });

/**
 * Reads the use of one limit of CRM Suite; null if SuperOffice reports none.
 * @throws SuperOfficeError if the call fails, `unauthorized` or `forbidden` if the tenant does not grant it
 */
export async function readLimitUse(apiClient: TenantApiClient, call: LimitCall): Promise<ReportedUse | null> {
  const operation = `limit ${call}`;
  const body = await apiClient.call({ operation, method: 'POST', path: paths[call], mayBeNull: true });
  return readBody(operation, fencingInfoSchema, body);
}
