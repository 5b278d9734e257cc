import { readTenantLicenses } from '../superoffice/api/licenses.ts';
import { readPanelVisibility } from '../superoffice/api/panel-visibility.ts';
import type { TenantStateCache } from '../superoffice/api/tenant-state.ts';
import { readUsers } from '../superoffice/api/users.ts';
import type { TenantApiClient, WebApi } from '../superoffice/api/web-api.ts';
import { findWebPanelByProgId } from '../superoffice/api/web-panels.ts';
import { listWebhooks } from '../superoffice/api/webhooks.ts';
import type { SystemUserTenant, TicketCache } from '../superoffice/auth/tickets.ts';
import { SuperOfficeError } from '../superoffice/transport/superoffice-error.ts';
import { checkOptionalParts } from './check-optional-parts.ts';
import { type CheckResult, developerPortalLocation, failed, passed, runAgain } from './check-result.ts';
import { checkWebhook, type OwnWebhook } from './check-webhook.ts';

/** A tenant and the clients that reach it. */
export interface TenantCheckContext {
  readonly tenant: SystemUserTenant & {
    /** The web panels that were provisioned. */
    readonly panels: readonly { readonly progId: string }[];
  };
  readonly webhook: OwnWebhook;
  readonly states: TenantStateCache;
  readonly tickets: TicketCache;
  readonly webApi: WebApi;
}

/**
 * The permissions that the app needs in a tenant: a call that tests each without changing anything, and returns what it
 * found out about the tenant, if anything.
 */
const permissions: readonly {
  readonly step: string;
  readonly attempt: (apiClient: TenantApiClient) => Promise<string>;
  /** What happens without the permission. */
  readonly consequence: string;
}[] = [
  {
    step: 'licenses',
    attempt: (apiClient) => readTenantLicenses(apiClient).then(() => ''),
    consequence: 'panels show only the user’s own licenses, without seats',
  },
  {
    step: 'users',
    attempt: describeUsers,
    consequence: 'plan changes appear only when a panel is opened',
  },
  {
    step: 'web panels',
    attempt: (apiClient) => findWebPanelByProgId(apiClient, 'planlens.doctor').then(() => ''),
    consequence: 'the panel cannot be provisioned',
  },
  {
    step: 'webhooks',
    attempt: (apiClient) => listWebhooks(apiClient, 'planlens.doctor').then(() => ''),
    consequence: 'changes appear only after ten minutes',
  },
];

/** Checks the access to a tenant step by step; stops if the tenant is not running or its system user is refused. */
export async function* checkTenant(context: TenantCheckContext): AsyncGenerator<CheckResult> {
  for (const step of [checkState, checkSystemUser]) {
    const result = await step(context);
    yield result;
    if (!result.ok) return;
  }
  const apiClient = context.webApi.asSystemUser(context.tenant);
  let mayUseWebhooks = false;
  for (const { step, attempt, consequence } of permissions) {
    const result = await attempt(apiClient).then(
      (found) => passed(step, `Allowed. ${found}`.trimEnd()),
      (error: unknown) => toFailure(step, error, consequence),
    );
    if (step === 'webhooks') mayUseWebhooks = result.ok === true;
    yield result;
  }
  yield await checkVisibility(apiClient, context.tenant).catch((error: unknown) =>
    toFailure('panel visibility', error, 'the panel may be visible to nobody'),
  );
  if (mayUseWebhooks)
    yield await checkWebhook(apiClient, context.webhook).catch((error: unknown) =>
      toFailure('webhook', error, 'changes appear only after ten minutes'),
    );
  yield* checkOptionalParts(apiClient);
}

async function describeUsers(apiClient: TenantApiClient): Promise<string> {
  const { provider, users, unreadable } = await readUsers(apiClient);
  const skipped = unreadable === 0 ? '' : `, and ${unreadable} rows without an id, which are skipped`;
  return `The archive ${provider} lists ${users.length} active users${skipped}.`;
}

/** Checks that the provisioned panels are visible to all user groups. */
async function checkVisibility(
  apiClient: TenantApiClient,
  { panels: [panel] }: TenantCheckContext['tenant'],
): Promise<CheckResult> {
  const step = 'panel visibility';
  const remedy = 'Let an administrator of the tenant run the installation again.';
  const found = panel === undefined ? null : await findWebPanelByProgId(apiClient, panel.progId);
  if (found === null) return failed(step, 'The web panel is not provisioned.', remedy);
  const { form, visible, all } = await readPanelVisibility(apiClient, found.WebPanelId);
  const accepted = `The tenant accepts the list of web panels by its ${form}.`;
  return visible === all
    ? passed(step, `Visible to all ${all} user groups. ${accepted}`)
    : failed(step, `Visible to ${visible} of ${all} user groups. ${accepted}`, remedy);
}

async function checkState({ states, tenant }: TenantCheckContext): Promise<CheckResult> {
  const step = 'tenant';
  try {
    const { state, isRunning } = await states.getState(tenant.tenantId);
    return isRunning
      ? passed(step, `${tenant.tenantId} is running.`)
      : failed(
          step,
          `${tenant.tenantId} is not running: SuperOffice reports ${state}.`,
          'None needed: Planlens continues when the tenant is running again.',
        );
  } catch (error) {
    const code = getCode(error);
    if (code === 'tenant-unknown')
      return failed(
        step,
        `SuperOffice does not know ${tenant.tenantId}.`,
        'Check the context identifier and the environment.',
      );
    if (code === 'api-host-refused')
      return failed(
        step,
        `${tenant.tenantId} is on a host that is not allowed to receive credentials.`,
        'Add the host to SUPEROFFICE_API_HOSTS if it belongs to SuperOffice.',
      );
    return failed(step, `SuperOffice does not report the state of ${tenant.tenantId} (${code}).`, runAgain);
  }
}

const installAgain = 'Let an administrator of the tenant install the app again.';

/** Reasons for which SuperOffice refuses the system user, by its name for each. */
const refusals: Readonly<Record<string, readonly [message: string, remedy: string]>> = {
  InvalidSignature: [
    'SuperOffice does not accept the signature: the private key does not match the registered public key.',
    `Register the public key of SUPEROFFICE_PRIVATE_KEY in ${developerPortalLocation}, or set the matching private key.`,
  ],
  InvalidTimestamp: [
    'SuperOffice does not accept the timestamp of the signature.',
    'Synchronize the clock of this machine with a time server (NTP).',
  ],
  Revoked: ['The tenant revoked its consent to the app.', installAgain],
  NeedsReapproval: ['The app needs more permissions than the tenant consented to.', installAgain],
  Expired: ['The tenant’s consent has expired.', installAgain],
};

async function checkSystemUser({ tickets, tenant }: TenantCheckContext): Promise<CheckResult> {
  const step = 'system user';
  try {
    await tickets.verifySystemUser(tenant);
    return passed(step, 'The app can sign in as the tenant’s system user.');
  } catch (error) {
    if (!(error instanceof SuperOfficeError))
      return failed(
        step,
        'The stored token of the tenant cannot be decrypted.',
        'Add the key that encrypted it to ENCRYPTION_KEYS.',
      );
    const [message, remedy] = refusals[error.detail ?? ''] ?? [
      `SuperOffice refuses the system user (${error.code}${error.detail ? `, ${error.detail}` : ''}).`,
      `Check in ${developerPortalLocation} that the system user (server to server) is enabled, and check SUPEROFFICE_CLIENT_SECRET.`,
    ];
    return failed(step, message, remedy);
  }
}

function toFailure(step: string, error: unknown, consequence: string): CheckResult {
  const code = getCode(error);
  return code === 'unauthorized' || code === 'forbidden'
    ? failed(
        step,
        `Not allowed: ${consequence}.`,
        `Ask SuperOffice to grant the app this permission: ${developerPortalLocation}, agents.`,
      )
    : failed(step, `No usable response (${code}).`, runAgain);
}

function getCode(error: unknown): string {
  return error instanceof SuperOfficeError ? error.code : 'internal';
}
