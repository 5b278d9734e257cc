import { z } from 'zod';
import { systemAssociateId } from './principal.ts';
import { type ApiCall, type ApiRoute, readBody } from './web-api.ts';
import {
  type EventInTenant,
  type Hook,
  unsavedHook,
  type WebhookBody,
  type Webhooks,
  webhookEntity,
} from './webhooks.ts';

/**
 * The webhook operations as REST and as the agent that SuperOffice's own client uses
 * (docs/superoffice/web-api.md#61-endpoints).
 */
export function webhookRoutes(webhooks: Webhooks): ApiRoute[] {
  return [...restRoutes(webhooks), ...agentRoutes(webhooks)];
}

function restRoutes(webhooks: Webhooks): ApiRoute[] {
  const rest = (
    method: ApiRoute['method'],
    path: string,
    name: string,
    handle: ApiRoute['handle'],
  ): ApiRoute => {
    return { method, path: `/Webhook${path}`, operation: `Webhook.${name}`, handle };
  };
  const readId = ({ params }: ApiCall) => Number(params.id);
  return [
    rest('get', '/default', 'Default', defaultWebhook),
    rest('get', '', 'List', ({ tenant, query }) => filtered(webhooks.list(tenant), query).map(carrier)),
    rest('post', '', 'Create', async (call) =>
      withLinks(call, await webhooks.create(call.tenant, readBody(call, webhookEntity))),
    ),
    rest('post', '/Test', 'Test', (call) => testWebhook(webhooks, readBody(call, webhookEntity))),
    rest('get', '/:id', 'Get', (call) => withLinks(call, webhooks.find(call.tenant, readId(call)))),
    rest('put', '/:id', 'Update', async (call) =>
      withLinks(call, await webhooks.update(call.tenant, readId(call), readBody(call, webhookEntity))),
    ),
    rest('delete', '/:id', 'Delete', (call) => webhooks.remove(call.tenant, readId(call))),
    rest('get', '/:id/LastError', 'LastError', (call) => webhooks.find(call.tenant, readId(call)).LastError),
    rest('post', '/:eventName/:primaryKey', 'SignalEvent', (call) => {
      const { eventName = '', primaryKey } = call.params;
      webhooks.raise(call.tenant, customEvent(call, eventName, Number(primaryKey), call.body));
    }),
  ];
}

const listFilter = z.object({
  NameFilter: z.string().nullish(),
  EventFilter: z.string().nullish(),
  StatusFilter: z.string().nullish(),
});
const signal = z.object({ EventName: z.string(), PrimaryKey: z.number(), Data: z.unknown() });

function agentRoutes(webhooks: Webhooks): ApiRoute[] {
  const agent = (name: string, handle: ApiRoute['handle']): ApiRoute => {
    return { method: 'post', path: `/Agents/Webhook/${name}`, operation: `WebhookAgent.${name}`, handle };
  };
  const readId = ({ query }: ApiCall) => Number(query.webhookId ?? query.WebhookId);
  return [
    agent('CreateDefaultWebhook', defaultWebhook),
    agent('SaveWebhook', async (call) => {
      const body = readBody(call, webhookEntity);
      return carrier(
        body.WebhookId
          ? await webhooks.update(call.tenant, body.WebhookId, body)
          : await webhooks.create(call.tenant, body),
      );
    }),
    agent('DeleteWebhook', (call) => webhooks.remove(call.tenant, readId(call))),
    agent('GetWebhook', (call) => carrier(webhooks.find(call.tenant, readId(call)))),
    agent('GetAllWebhooks', (call) => {
      const { NameFilter, EventFilter, StatusFilter } = readBody(call, listFilter);
      const query = {
        nameFilter: NameFilter ?? '',
        eventFilter: EventFilter ?? '',
        statusFilter: StatusFilter ?? 'Unknown',
      };
      return filtered(webhooks.list(call.tenant), query).map(carrier);
    }),
    agent('TestWebhook', (call) =>
      testWebhook(webhooks, readBody(call, z.object({ Webhook: webhookEntity })).Webhook),
    ),
    agent('SignalEvent', (call) => {
      const { EventName, PrimaryKey, Data } = readBody(call, signal);
      webhooks.raise(call.tenant, customEvent(call, EventName, PrimaryKey, Data));
    }),
    agent('GetLastError', (call) => {
      const { WebhookId } = readBody(call, z.object({ WebhookId: z.number() }));
      return webhooks.find(call.tenant, WebhookId).LastError;
    }),
  ];
}

function defaultWebhook() {
  const body = { Events: ['contact.created', 'contact.deleted'], TargetUrl: '' };
  return { ...carrier(unsavedHook(body)), Name: null, TargetUrl: null };
}

async function testWebhook(webhooks: Webhooks, body: WebhookBody) {
  const { status, text } = await webhooks.test(body);
  return { Success: status === 200, Message: `${status} ${text}`, TableRight: null, FieldProperties: {} };
}

/** A custom event such as `foo.bar` on row 123; `data` contains its field values. */
function customEvent({ caller }: ApiCall, event: string, primaryKey: number, data: unknown): EventInTenant {
  return {
    event,
    entity: event.split('.')[0] ?? '',
    primaryKey,
    changes: [],
    fieldValues: { ...Object(data) },
    changedBy: caller.kind === 'user' ? caller.associateId : systemAssociateId,
  };
}

function filtered(hooks: readonly Hook[], query: ApiCall['query']): Hook[] {
  const { nameFilter = '', eventFilter = '', statusFilter = 'Unknown' } = query;
  return hooks
    .filter((hook) => hook.Name.startsWith(nameFilter))
    .filter((hook) => eventFilter === '' || hook.Events.includes(eventFilter))
    .filter((hook) => statusFilter === 'Unknown' || hook.State === statusFilter);
}

/** The entity in responses. Whether SuperOffice returns the secret is unknown; the sandbox does not. */
function carrier(hook: Hook) {
  return { ...hook, Secret: null, Type: 'webhook', RegisteredAssociate: null, UpdatedAssociate: null };
}

function withLinks({ baseUrl }: ApiCall, hook: Hook) {
  return { ...carrier(hook), _Links: { Self: `${baseUrl}/Webhook/${hook.WebhookId}` } };
}
