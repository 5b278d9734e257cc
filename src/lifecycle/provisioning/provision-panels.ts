import type { TenantApiClient } from '../../superoffice/api/web-api.ts';
import {
  deleteWebPanel,
  saveWebPanel,
  showToAllUserGroups,
  type WebPanelEntity,
  webPanelByProgId,
} from '../../superoffice/api/web-panels.ts';
import { SuperOfficeError } from '../../superoffice/transport/superoffice-error.ts';
import type { ProvisionedPanel } from '../../tenants/tenant.ts';
import type { DesiredPanel } from './desired-state.ts';

/** One thing to do about a tenant's panels. `wanted` is null for one that we set up once and want no more. */
interface PanelStep {
  readonly progId: string;
  readonly name: string;
  readonly desired: DesiredPanel | null;
}

/** What is to be done: bring about what is wanted, then remove what an earlier version set up. */
export function planPanels(
  desired: readonly DesiredPanel[],
  provisioned: readonly ProvisionedPanel[],
): PanelStep[] {
  const steps = desired.map((panel) => ({ progId: panel.ProgId, name: panel.Name, desired: panel }));
  const isOurs = new Set(steps.map(({ progId }) => progId));
  const outdated = provisioned.filter(({ progId, outcome }) => outcome !== 'removed' && !isOurs.has(progId));
  return [...steps, ...outdated.map(({ progId, name }) => ({ progId, name, desired: null }))];
}

/**
 * Makes a tenant's web panels as they should be, found by ProgId: creates what is missing, mends what differs
 * (a soft-deleted panel too), leaves alone what is right. Done twice, or cut off and done again, it ends the same.
 * A panel SuperOffice refuses is reported as failed and does not stop the others. `onProgress` hears after each step.
 */
export async function provisionPanels(
  apiClient: TenantApiClient,
  steps: readonly PanelStep[],
  onProgress: (panels: readonly ProvisionedPanel[]) => Promise<void>,
): Promise<readonly ProvisionedPanel[]> {
  let panels: readonly ProvisionedPanel[] = steps.map(({ progId, name }) => {
    return { progId, name, outcome: 'waiting', problem: null };
  });
  await onProgress(panels);
  for (const [index, step] of steps.entries()) {
    panels = panels.with(index, await provisionPanel(apiClient, step));
    await onProgress(panels);
  }
  return panels;
}

async function provisionPanel(
  apiClient: TenantApiClient,
  { progId, name, desired }: PanelStep,
): Promise<ProvisionedPanel> {
  try {
    const outcome =
      desired === null ? await remove(apiClient, progId) : await ensurePanel(apiClient, desired);
    return { progId, name, outcome, problem: null };
  } catch (error) {
    if (error instanceof SuperOfficeError) return { progId, name, outcome: 'failed', problem: error.code };
    throw error;
  }
}

async function ensurePanel(
  apiClient: TenantApiClient,
  desired: DesiredPanel,
): Promise<ProvisionedPanel['outcome']> {
  const actual = await webPanelByProgId(apiClient, desired.ProgId);
  const saved =
    actual && equals(actual, desired)
      ? actual
      : await saveWebPanel(apiClient, { WebPanelId: 0, ...actual, ...desired });
  const groupsChanged = await showToAllUserGroups(apiClient, saved.WebPanelId);
  if (actual === null) return 'created';
  return saved !== actual || groupsChanged ? 'updated' : 'unchanged';
}

function equals(actual: WebPanelEntity, desired: DesiredPanel): boolean {
  return Object.entries(desired).every(([field, value]) => actual[field] === value);
}

async function remove(apiClient: TenantApiClient, progId: string): Promise<'removed'> {
  await removePanel(apiClient, progId);
  return 'removed';
}

/** Deletes a panel, where it is there. */
export async function removePanel(apiClient: TenantApiClient, progId: string): Promise<void> {
  const panel = await webPanelByProgId(apiClient, progId);
  if (panel !== null && !panel.Deleted) await deleteWebPanel(apiClient, panel.WebPanelId);
}
