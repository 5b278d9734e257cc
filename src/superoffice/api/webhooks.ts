import { z } from 'zod';
import { lenientCount, lenientString, readBody, rowIdOrZero, stringOrEmpty } from '../transport/schemas.ts';
import type { TenantApiClient } from './web-api.ts';

/**
 * A registered webhook (docs/superoffice/web-api.md#62-entity). SuperOffice never returns its secret. Before version 12 it has
 * no description, recipients and counters (docs/superoffice/changes-2026.md#11-webhooks).
 */
const webhookSchema = z.looseObject({
  WebhookId: rowIdOrZero,
  Name: stringOrEmpty,
  Events: z
    .array(z.string())
    .nullish()
    .transform((events) => events ?? []),
  TargetUrl: stringOrEmpty,
  State: stringOrEmpty,
  Description: lenientString.optional(),
  ErrorEmails: z.array(z.string()).nullish().catch(null),
  ErrorAssociates: z.array(z.unknown()).nullish().catch(null),
  NotifyWhen: lenientString,
  NotifyVia: lenientString,
  TotalCalls: lenientCount,
  TotalErrors: lenientCount,
  ConsecutiveErrors: lenientCount,
  LastError: lenientString,
});
/** A registered webhook. */
export type WebhookEntity = z.output<typeof webhookSchema>;

/** A webhook to be saved. */
export interface WebhookDraft {
  /** 0 for a new webhook. */
  readonly WebhookId: number;
  readonly Name: string;
  readonly Events: readonly string[];
  readonly TargetUrl: string;
  readonly Secret: string;
  readonly State: 'Active';
  readonly Type: 'webhook';
  readonly Description: string;
  readonly ErrorEmails: readonly string[];
  /** Users that administrators of the tenant added. */
  readonly ErrorAssociates: readonly unknown[];
  readonly NotifyWhen: string;
  readonly NotifyVia: string;
}

/** The tenant's webhooks that the app may see; with `name`, those whose name starts with it. */
export async function listWebhooks(apiClient: TenantApiClient, name = ''): Promise<WebhookEntity[]> {
  const operation = 'list webhooks';
  const path = name === '' ? 'Webhook' : `Webhook?${new URLSearchParams({ nameFilter: name })}`;
  return readBody(
    operation,
    z.array(webhookSchema),
    await apiClient.call({ operation, method: 'GET', path }),
  );
}

/**
 * Creates or replaces a webhook (docs/superoffice/web-api.md#63-registering). SuperOffice first sends a test
 * event and refuses the webhook unless the response is 200.
 */
export async function saveWebhook(apiClient: TenantApiClient, webhook: WebhookDraft): Promise<WebhookEntity> {
  const operation = 'save webhook';
  const { WebhookId: id } = webhook;
  const isNew = id === 0;
  const body = await apiClient.call({
    operation,
    method: isNew ? 'POST' : 'PUT',
    path: isNew ? 'Webhook' : `Webhook/${id}`,
    json: webhook,
  });
  return readBody(operation, webhookSchema, body);
}

/** Deletes a webhook. */
export async function deleteWebhook(apiClient: TenantApiClient, id: number): Promise<void> {
  await apiClient.call({
    operation: 'delete webhook',
    method: 'DELETE',
    path: `Webhook/${id}`,
    mayBeNull: true,
  });
}
