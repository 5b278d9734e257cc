import { readTenantLicenses } from '../superoffice/api/licenses.ts';
import type { TenantStates } from '../superoffice/api/tenant-state.ts';
import { readUsers } from '../superoffice/api/users.ts';
import type { TenantApiClient, WebApi } from '../superoffice/api/web-api.ts';
import { webPanelByProgId } from '../superoffice/api/web-panels.ts';
import { listWebhooksByName } from '../superoffice/api/webhooks.ts';
import type { SystemUserTenant, Tickets } from '../superoffice/auth/tickets.ts';
import { SuperOfficeError } from '../superoffice/transport/superoffice-error.ts';
import { type CheckResult, failed, passed, portal } from './check-result.ts';

/** How this app reaches one tenant. */
export interface TenantCheckContext {
  readonly tenant: SystemUserTenant;
  readonly states: TenantStates;
  readonly tickets: Tickets;
  readonly webApi: WebApi;
}

/** What the app needs in a tenant, how to try it without changing anything, and what it is for. */
const needs: readonly {
  readonly step: string;
  readonly attempt: (apiClient: TenantApiClient) => Promise<unknown>;
  readonly without: string;
}[] = [
  {
    step: 'licences',
    attempt: readTenantLicenses,
    without: 'panels show each user’s own licences, no seats',
  },
  { step: 'users', attempt: readUsers, without: 'changed plans show only when a panel is opened' },
  {
    step: 'web panels',
    attempt: (apiClient) => webPanelByProgId(apiClient, 'examination'),
    without: 'the panel cannot be set up',
  },
  {
    step: 'webhooks',
    attempt: (apiClient) => listWebhooksByName(apiClient, 'examination'),
    without: 'changes show when data are ten minutes old',
  },
];

/** Examines the way to a tenant, step by step; without its system user nothing more can be tried. */
export async function* checkTenant(under: TenantCheckContext): AsyncGenerator<CheckResult> {
  for (const step of [state, systemUser]) {
    const finding = await step(under);
    yield finding;
    if (!finding.ok) return;
  }
  const apiClient = under.webApi.asSystemUser(under.tenant);
  for (const { step, attempt, without } of needs) {
    yield await attempt(apiClient).then(
      () => passed(step, 'Allowed.'),
      (error: unknown) => refusal(step, error, without),
    );
  }
}

async function state({ states, tenant }: TenantCheckContext): Promise<CheckResult> {
  const step = 'tenant';
  try {
    const { state: told, isRunning } = await states.getState(tenant.tenantId);
    return isRunning
      ? passed(step, `${tenant.tenantId} runs.`)
      : failed(
          step,
          `${tenant.tenantId} does not run: SuperOffice says ${told}.`,
          'Nothing to mend: work goes on when it runs.',
        );
  } catch (error) {
    const code = codeOf(error);
    if (code === 'tenant-unknown')
      return failed(
        step,
        `SuperOffice does not know ${tenant.tenantId}.`,
        'Check the customer number and the environment.',
      );
    if (code === 'api-host-refused')
      return failed(
        step,
        `${tenant.tenantId} is on a host that gets no credential of ours.`,
        'Add the host to SUPEROFFICE_API_HOSTS, if it is SuperOffice’s.',
      );
    return failed(
      step,
      `SuperOffice tells nothing of ${tenant.tenantId} (${code}).`,
      'Wait and examine again.',
    );
  }
}

/** What a refusal of the system user says, by the name SuperOffice gives it. */
const refusals: Readonly<Record<string, readonly [says: string, mend: string]>> = {
  InvalidSignature: [
    'SuperOffice does not accept our signature: the private key does not belong to the registered public key.',
    `Register the public key of SUPEROFFICE_PRIVATE_KEY in ${portal}, or set the key that belongs to it.`,
  ],
  InvalidTimestamp: [
    'SuperOffice does not accept the time of our signature.',
    'Set this machine’s clock by a time server (NTP).',
  ],
  Revoked: [
    'The tenant withdrew its approval of the app.',
    'An administrator of the tenant installs the app again.',
  ],
  NeedsReapproval: [
    'The app wants more than the tenant approved.',
    'An administrator of the tenant installs the app again.',
  ],
  Expired: ['The tenant’s approval has run out.', 'An administrator of the tenant installs the app again.'],
};

async function systemUser({ tickets, tenant }: TenantCheckContext): Promise<CheckResult> {
  const step = 'system user';
  try {
    await tickets.verifySystemUser(tenant);
    return passed(step, 'The app can become the tenant’s system user.');
  } catch (error) {
    if (!(error instanceof SuperOfficeError))
      return failed(
        step,
        'The token kept of the tenant cannot be opened.',
        'Add the key it was sealed with to ENCRYPTION_KEYS.',
      );
    const [says, mend] = refusals[error.detail ?? ''] ?? [
      `SuperOffice refuses the system user (${error.code}${error.detail ? `, ${error.detail}` : ''}).`,
      `Check in ${portal} that the system user (server to server) is enabled, and that SUPEROFFICE_CLIENT_SECRET is right.`,
    ];
    return failed(step, says, mend);
  }
}

function refusal(step: string, error: unknown, without: string): CheckResult {
  const code = codeOf(error);
  return code === 'unauthorized' || code === 'forbidden'
    ? failed(
        step,
        `Not allowed; without it ${without}.`,
        `Ask SuperOffice to grant it to the app: ${portal}, agents.`,
      )
    : failed(step, `Gave no usable answer (${code}).`, 'Wait and examine again.');
}

function codeOf(error: unknown): string {
  return error instanceof SuperOfficeError ? error.code : 'internal';
}
