import type { Lock } from '../../coordination/advisory-locks.ts';
import type { TenantApiClient } from '../../superoffice/api/web-api.ts';
import {
  deleteWebhook,
  listWebhooks,
  saveWebhook,
  type WebhookEntity,
} from '../../superoffice/api/webhooks.ts';
import { SuperOfficeError } from '../../superoffice/transport/superoffice-error.ts';
import type { TenantWebhook, WebhookStore } from '../../tenants/webhook-store.ts';
import type { DesiredWebhook } from './desired-state.ts';
import { isNotified, mergeNotification } from './webhook-notification.ts';

/** What provisioning the webhook has come to. */
type WebhookResult = Pick<TenantWebhook, 'webhookId' | 'problem' | 'consecutiveErrors'> & {
  readonly outcome: NonNullable<TenantWebhook['outcome']>;
};

/**
 * Brings a tenant's webhook to the desired state: creates it, updates what differs, reactivates one that SuperOffice
 * stopped after errors, and deletes every other active one of ours. Saves and returns the outcome: `refused` if the app may
 * not use webhooks in the tenant.
 */
export async function provisionWebhook(
  apiClient: TenantApiClient,
  tenantId: string,
  {
    webhooks,
    desired,
    lock,
  }: { readonly webhooks: WebhookStore; readonly desired: DesiredWebhook; readonly lock: Lock },
): Promise<WebhookResult> {
  const own = await webhooks.findOrCreate(tenantId);
  const result = await ensureWebhook(apiClient, own, desired).catch((error): WebhookResult => {
    if (!(error instanceof SuperOfficeError)) throw error;
    const outcome = error.code === 'forbidden' ? 'refused' : 'failed';
    return { webhookId: own.webhookId, outcome, problem: error.code, consecutiveErrors: null };
  });
  await webhooks.saveOutcome(tenantId, result, lock);
  return result;
}

async function ensureWebhook(
  apiClient: TenantApiClient,
  own: TenantWebhook,
  desired: DesiredWebhook,
): Promise<WebhookResult> {
  const targetUrl = toTargetUrl(own, desired);
  const { actual, others } = await findOwnWebhook(apiClient, own, desired);
  for (const other of others)
    if (!isStoppedCopy(other, targetUrl)) await deleteWebhook(apiClient, other.WebhookId);
  const consecutiveErrors = actual?.ConsecutiveErrors ?? null;
  if (actual !== undefined && matches(actual, desired, targetUrl)) {
    return { webhookId: actual.WebhookId, outcome: 'unchanged', problem: null, consecutiveErrors };
  }
  const saved = await saveWebhook(apiClient, {
    WebhookId: actual?.WebhookId ?? 0,
    Name: desired.name,
    Events: desired.events,
    TargetUrl: targetUrl,
    Secret: own.secret(),
    State: 'Active',
    Type: 'webhook',
    Description: desired.description,
    ...mergeNotification(actual, desired.errorEmails),
  });
  const outcome = actual === undefined ? 'created' : 'updated';
  return { webhookId: saved.WebhookId, outcome, problem: null, consecutiveErrors };
}

/** The webhook that SuperOffice calls for a tenant, and every other one with an address of this app. */
interface OwnWebhook {
  readonly actual: WebhookEntity | undefined;
  readonly others: readonly WebhookEntity[];
}

/**
 * Finds our webhook by its id, as a copy that a person made has the same address. Without a known id, by its address, an
 * active one first.
 */
async function findOwnWebhook(
  apiClient: TenantApiClient,
  own: Pick<TenantWebhook, 'webhookId' | 'hookId'>,
  desired: Pick<DesiredWebhook, 'address'>,
): Promise<OwnWebhook> {
  const ours = await findOurWebhooks(apiClient, desired);
  const sameTarget = ours.filter(({ TargetUrl }) => TargetUrl === toTargetUrl(own, desired));
  const actual =
    ours.find(({ WebhookId }) => WebhookId === own.webhookId) ??
    sameTarget.find(({ State }) => State === 'Active') ??
    sameTarget[0];
  return { actual, others: ours.filter((each) => each !== actual) };
}

/**
 * Whether a webhook is a copy that a person made and SuperOffice does not call
 * (docs/superoffice/changes-2026.md#11-webhooks). It is left to that person; an active one would double every event.
 */
function isStoppedCopy({ TargetUrl, State }: WebhookEntity, targetUrl: string): boolean {
  return TargetUrl === targetUrl && State !== 'Active';
}

/** All webhooks of a tenant that call this installation of the app, whatever their name and however they came. */
export async function findOurWebhooks(
  apiClient: TenantApiClient,
  { address }: Pick<DesiredWebhook, 'address'>,
): Promise<WebhookEntity[]> {
  const webhooks = await listWebhooks(apiClient);
  return webhooks.filter(({ TargetUrl }) => TargetUrl.startsWith(address));
}

function toTargetUrl(
  { hookId }: Pick<TenantWebhook, 'hookId'>,
  { address }: Pick<DesiredWebhook, 'address'>,
): string {
  return `${address}${hookId}`;
}

/** SuperOffice before version 12 returns no description: its absence is no difference. */
function matches(
  actual: WebhookEntity,
  { events, description, errorEmails }: DesiredWebhook,
  targetUrl: string,
): boolean {
  const { Events, State, TargetUrl, Description } = actual;
  const sameEvents = Events.length === events.length && events.every((event) => Events.includes(event));
  const sameTarget = State === 'Active' && TargetUrl === targetUrl;
  const sameDescription = Description === undefined || Description === description;
  return sameEvents && sameTarget && sameDescription && isNotified(actual, errorEmails);
}
