import { join } from 'node:path';
import type { WithFencedLock } from '../../coordination/advisory-locks.ts';
import type { SuperOffice } from '../../superoffice/client.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import type { WebhookStore } from '../../tenants/webhook-store.ts';
import { createDeprovision, type Deprovision } from './deprovision.ts';
import { loadDesiredState } from './desired-state.ts';
import { createProvision, type Provision } from './provision.ts';

/** Provisions the desired state of the manifest in any tenant, and removes it. */
export interface Provisioning {
  readonly provision: Provision;
  readonly deprovision: Deprovision;
  /** The fingerprint of the desired state in this version of the app. */
  readonly fingerprint: string;
}

/** Reads the desired state from the `manifest` folder under `root`. */
export function createProvisioning(deps: {
  config: Parameters<typeof loadDesiredState>[1];
  services: {
    readonly superOffice: Pick<SuperOffice, 'webApi'>;
    readonly tenants: TenantStore;
    readonly webhooks: WebhookStore;
    readonly locks: WithFencedLock;
  };
  root: string;
}): Provisioning {
  const { superOffice, tenants, webhooks, locks } = deps.services;
  const desired = loadDesiredState(join(deps.root, 'manifest'), deps.config);
  const shared = { webApi: superOffice.webApi, tenants, webhooks, locks, desired };
  return {
    provision: createProvision(shared),
    deprovision: createDeprovision(shared),
    fingerprint: desired.fingerprint,
  };
}
