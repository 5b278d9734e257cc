import type { Lock, WithFencedLock } from '../../coordination/advisory-locks.ts';
import type { WebApi } from '../../superoffice/api/web-api.ts';
import { findFailure } from '../../superoffice/transport/superoffice-error.ts';
import type { Tenant } from '../../tenants/tenant.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import type { WebhookStore } from '../../tenants/webhook-store.ts';
import type { DesiredState } from './desired-state.ts';
import { planPanels, provisionPanels, removeOtherPanels } from './provision-panels.ts';
import { provisionWebhook } from './provision-webhook.ts';

/** A part could not be provisioned for a reason that may pass. `code` is its SuperOffice error code. */
export class ProvisioningIncompleteError extends Error {
  override readonly name = 'ProvisioningIncompleteError';
  readonly code: string;

  constructor(code: string) {
    super(`provisioning is incomplete: ${code}`);
    this.code = code;
  }
}

/**
 * Brings a tenant to the desired state and saves the outcome; one at a time per tenant. A missing permission is an outcome.
 * Any other failure of a part may pass: both methods then throw ProvisioningIncompleteError, after the other parts.
 */
export interface Provision {
  /** Panels and webhook. */
  provisionAll(tenant: Tenant): Promise<void>;
  /** Only the webhook, which SuperOffice may have stopped; everything if the desired state changed. */
  provisionIfNeeded(tenant: Tenant): Promise<void>;
}

/** Panels come first, as users see them; the webhook only makes changes visible sooner. */
export function createProvision(deps: {
  webApi: WebApi;
  tenants: TenantStore;
  webhooks: WebhookStore;
  locks: WithFencedLock;
  desired: DesiredState;
}): Provision {
  const { webApi, tenants, webhooks, locks, desired } = deps;

  /** Does nothing if the app was removed while waiting for the lock. */
  function withTenantLock(
    tenantId: string,
    work: (tenant: Tenant, lock: Lock) => Promise<void>,
  ): Promise<void> {
    return locks(`tenant ${tenantId}`, async (lock) => {
      const tenant = await tenants.find(tenantId);
      if (tenant !== null) await work(tenant, lock);
    });
  }

  const ensureWebhook = (tenant: Tenant, lock: Lock) =>
    provisionWebhook(webApi.asSystemUser(tenant), tenant.tenantId, {
      webhooks,
      desired: desired.webhook,
      lock,
    });

  async function ensureWebhookOnly(tenant: Tenant, lock: Lock): Promise<void> {
    requireComplete([await ensureWebhook(tenant, lock)]);
  }

  async function ensureAll(tenant: Tenant, lock: Lock): Promise<void> {
    const { tenantId } = tenant;
    const steps = planPanels(desired.panels, tenant.panels);
    const apiClient = webApi.asSystemUser(tenant);
    const panels = await provisionPanels(apiClient, steps, (progress) =>
      tenants.savePanels(tenantId, progress, lock),
    );
    const webhook = await ensureWebhook(tenant, lock);
    const results = [...panels, await attempt(() => removeOtherPanels(apiClient, desired.panels)), webhook];
    const isComplete = results.every(({ outcome }) => outcome !== 'failed');
    await tenants.saveProvisioned(tenantId, isComplete ? desired.fingerprint : null, lock);
    requireComplete(results);
  }

  return {
    provisionAll: ({ tenantId }) => withTenantLock(tenantId, ensureAll),
    provisionIfNeeded: ({ tenantId }) =>
      withTenantLock(tenantId, async (tenant, lock) => {
        if (tenant.provisionedFingerprint === desired.fingerprint) await ensureWebhookOnly(tenant, lock);
        else await ensureAll(tenant, lock);
      }),
  };
}

interface Result {
  readonly outcome: string;
  /** The SuperOffice error code of a failure; null otherwise. */
  readonly problem: string | null;
}

async function attempt(work: () => Promise<void>): Promise<Result> {
  const problem = await findFailure(work);
  return { outcome: problem === null ? 'unchanged' : 'failed', problem };
}

/** @throws ProvisioningIncompleteError if a part failed for another reason than a missing permission */
function requireComplete(results: readonly Result[]): void {
  const failed = results.find(({ outcome, problem }) => outcome === 'failed' && problem !== 'forbidden');
  if (failed !== undefined) throw new ProvisioningIncompleteError(failed.problem ?? 'internal');
}
