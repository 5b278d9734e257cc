import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Tenant } from './tenants.ts';
import { ApiError } from './web-api.ts';
import type { DeliverableHook, WebhookDelivery, WebhookEvent } from './webhook-delivery.ts';

/**
 * Bit flags by their names in the order of the bits. SuperOffice's own client sends a number and reads names joined by
 * commas; no other form is known.
 */
function flags(names: readonly string[]) {
  const toNames = (bits: number) => names.filter((_name, index) => bits & (1 << index)).join(', ') || 'None';
  const combinations = Array.from({ length: 2 ** names.length }, (_each, bits) => toNames(bits));
  const number = z
    .int()
    .min(0)
    .max(combinations.length - 1);
  return z.union([z.enum(combinations), number.transform(toNames)]).nullish();
}

/**
 * The request of a create or update; absent and null fields take their default (docs/superoffice/web-api.md#62-entity).
 */
export const webhookEntity = z.object({
  WebhookId: z.number().nullish(),
  Name: z.string().max(100).nullish(),
  Events: z.array(z.string()).nullish(),
  TargetUrl: z.string().refine(isAllowedTarget),
  Secret: z.string().nullish(),
  State: z.enum(['Unknown', 'Active', 'Stopped', 'TooManyErrors']).nullish(),
  Type: z.literal('webhook').nullish(),
  Headers: z.record(z.string(), z.string()).nullish(),
  Properties: z.record(z.string(), z.unknown()).nullish(),
  ErrorsEmail: z.string().nullish(),
  ErrorEmails: z.array(z.email()).nullish(),
  ErrorAssociates: z.array(z.record(z.string(), z.unknown())).nullish(),
  Description: z.string().nullish(),
  NotifyVia: flags(['Email', 'InApp']),
  NotifyWhen: flags(['FirstFailure', 'Disabling']),
});
export type WebhookBody = z.infer<typeof webhookEntity>;

export interface Hook extends DeliverableHook {
  readonly Events: readonly string[];
  readonly ErrorsEmail: string | null;
  readonly ErrorEmails: readonly string[];
  readonly ErrorAssociates: readonly unknown[];
  readonly Description: string;
  readonly NotifyVia: string;
  readonly NotifyWhen: string;
  readonly Registered: string;
  readonly Updated: string;
}

/** An event without the tenant it happens in. */
export type EventInTenant = Omit<WebhookEvent, 'contextIdentifier'>;

export interface Webhooks {
  list(tenant: Tenant): readonly Hook[];
  /** @throws {ApiError} 404 when the tenant has no such webhook */
  find(tenant: Tenant, id: number): Hook;
  /**
   * Creates a webhook.
   *
   * @throws {ApiError} 400 when the receiver does not respond to the test event with 200
   */
  create(tenant: Tenant, body: WebhookBody): Promise<Hook>;
  /** Replaces a webhook; an active one is tested again and its error counters are reset. */
  update(tenant: Tenant, id: number, body: WebhookBody): Promise<Hook>;
  remove(tenant: Tenant, id: number): void;
  /** Copies a webhook as a person does: stopped, with the same target and, if `keepSecret`, the same secret. */
  copy(tenant: Tenant, id: number, keepSecret: boolean): Hook;
  /** Posts the test event to a target without saving a webhook. */
  test(body: WebhookBody): Promise<{ status: number; text: string }>;
  /** Queues the event for every active webhook of a tenant that subscribes to it. */
  raise(tenant: Tenant, event: EventInTenant): void;
  reset(): void;
}

/** Creates the store of webhooks. */
export function createWebhooks({
  delivery,
  now,
}: {
  delivery: WebhookDelivery;
  now: () => number;
}): Webhooks {
  const byTenant = new Map<string, Hook[]>();
  let lastId = 0;
  const findHooks = ({ contextIdentifier }: Tenant) => byTenant.get(contextIdentifier) ?? [];
  const time = () => new Date(now()).toISOString();

  function find(tenant: Tenant, id: number): Hook {
    const hook = findHooks(tenant).find((row) => row.WebhookId === id);
    if (!hook) throw new ApiError(404, 'SoNotFoundException', `Webhook ${id} not found`);
    return hook;
  }

  function replace(tenant: Tenant, old: Hook | undefined, hook: Hook | undefined): void {
    const others = findHooks(tenant).filter((row) => row !== old);
    byTenant.set(tenant.contextIdentifier, hook ? [...others, hook] : others);
  }

  /**
   * The receiver must respond to a test event with 200, else the save fails
   * (docs/superoffice/web-api.md#63-registering).
   */
  async function requireTestSuccess(hook: Hook): Promise<void> {
    const { status, text } = await delivery.sendTest(hook);
    if (status === 200) return;
    throw new ApiError(400, 'SoArgumentException', `The test event failed: ${status} ${text}`);
  }

  return {
    list: findHooks,
    find,
    create: async (tenant, body) => {
      lastId += 1;
      const hook = { ...unsavedHook(body), WebhookId: lastId, Registered: time(), Updated: time() };
      await requireTestSuccess(hook);
      replace(tenant, undefined, hook);
      return hook;
    },
    update: async (tenant, id, body) => {
      const old = find(tenant, id);
      const fresh = unsavedHook(body);
      // Reading never returns the secret, so null keeps it.
      const secret = fresh.Secret ?? old.Secret;
      const hook = { ...fresh, Secret: secret, WebhookId: id, Registered: old.Registered, Updated: time() };
      if (hook.State === 'Active') await requireTestSuccess(hook);
      replace(tenant, old, hook);
      return hook;
    },
    copy: (tenant, id, keepSecret) => {
      const original = find(tenant, id);
      lastId += 1;
      const copy: Hook = {
        ...original,
        ...noCalls,
        WebhookId: lastId,
        Name: `Copy of ${original.Name}`,
        State: 'Stopped',
        Secret: keepSecret ? original.Secret : randomUUID(),
        Registered: time(),
        Updated: time(),
      };
      // The order of the list is unknown: a copy comes first here.
      byTenant.set(tenant.contextIdentifier, [copy, ...findHooks(tenant)]);
      return copy;
    },
    remove: (tenant, id) => replace(tenant, find(tenant, id), undefined),
    test: (body) => delivery.sendTest(unsavedHook(body)),
    raise: (tenant, event) => {
      for (const hook of findHooks(tenant)) {
        if (hook.State !== 'Active' || !hook.Events.includes(event.event)) continue;
        delivery.enqueue(hook, { ...event, contextIdentifier: tenant.contextIdentifier });
      }
    },
    reset: () => byTenant.clear(),
  };
}

/** A webhook without an id, with the default dates of an unsaved entity. */
export function unsavedHook(body: WebhookBody): Hook {
  return {
    WebhookId: 0,
    Name: body.Name ?? '',
    Events: body.Events ?? [],
    TargetUrl: body.TargetUrl,
    Secret: body.Secret ?? null,
    State: body.State ?? 'Active',
    Headers: body.Headers ?? null,
    Properties: body.Properties ?? null,
    ErrorsEmail: body.ErrorsEmail ?? null,
    ErrorEmails: body.ErrorEmails ?? [],
    ErrorAssociates: body.ErrorAssociates ?? [],
    Description: body.Description ?? '',
    NotifyVia: body.NotifyVia ?? 'None',
    NotifyWhen: body.NotifyWhen ?? 'None',
    Registered: '0001-01-01T00:00:00',
    Updated: '0001-01-01T00:00:00',
    ...noCalls,
  };
}

const noCalls = { TotalCalls: 0, TotalErrors: 0, ConsecutiveErrors: 0, LastError: '' };

/** Allows https, as documented, and http only on this machine, where no certificate is valid. */
function isAllowedTarget(target: string): boolean {
  if (!URL.canParse(target)) return false;
  const { protocol, hostname } = new URL(target);
  return protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1'].includes(hostname));
}
