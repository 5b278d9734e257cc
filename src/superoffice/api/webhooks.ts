import { z } from 'zod';
import { readBody, text, whole } from '../transport/schemas.ts';
import type { TenantApiClient } from './web-api.ts';

/** A webhook as a tenant keeps it (docs/superoffice/web-api.md#62-entity); its secret is never told. */
export const WebhookEntity = z.looseObject({
  WebhookId: whole,
  Name: text,
  Events: z
    .array(z.string())
    .nullish()
    .transform((events) => events ?? []),
  TargetUrl: text,
  State: text,
});
export type WebhookEntity = z.output<typeof WebhookEntity>;

/** A webhook as we want it; `WebhookId` 0 creates one. */
export interface WebhookDraft {
  readonly WebhookId: number;
  readonly Name: string;
  readonly Events: readonly string[];
  readonly TargetUrl: string;
  readonly Secret: string;
  readonly State: 'Active';
  readonly Type: 'webhook';
}

/** A tenant's webhooks whose name begins so. */
export async function listWebhooksByName(apiClient: TenantApiClient, name: string): Promise<WebhookEntity[]> {
  const operation = 'list webhooks';
  const path = `Webhook?${new URLSearchParams({ nameFilter: name })}`;
  return readBody(
    operation,
    z.array(WebhookEntity),
    await apiClient.call({ operation, method: 'GET', path }),
  );
}

/** Creates or replaces a webhook. SuperOffice sends it a test event first, and refuses it unless that is answered by 200. */
export async function saveWebhook(apiClient: TenantApiClient, desired: WebhookDraft): Promise<WebhookEntity> {
  const operation = 'save webhook';
  const { WebhookId: id } = desired;
  const isNew = id === 0;
  const body = await apiClient.call({
    operation,
    method: isNew ? 'POST' : 'PUT',
    path: isNew ? 'Webhook' : `Webhook/${id}`,
    json: desired,
  });
  return readBody(operation, WebhookEntity, body);
}

/** Removes a webhook. */
export async function deleteWebhook(apiClient: TenantApiClient, id: number): Promise<void> {
  await apiClient.call({
    operation: 'delete webhook',
    method: 'DELETE',
    path: `Webhook/${id}`,
    mayBeNull: true,
  });
}
