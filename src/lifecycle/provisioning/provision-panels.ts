import { readEnglish } from '../../superoffice/api/multi-language-text.ts';
import { showToAllUserGroups } from '../../superoffice/api/panel-visibility.ts';
import type { TenantApiClient } from '../../superoffice/api/web-api.ts';
import {
  deleteWebPanel,
  findWebPanelByProgId,
  listAppWebPanels,
  saveWebPanel,
  type WebPanelEntity,
} from '../../superoffice/api/web-panels.ts';
import { SuperOfficeError } from '../../superoffice/transport/superoffice-error.ts';
import type { ProvisionedPanel } from '../../tenants/tenant.ts';
import type { DesiredPanel } from './desired-state.ts';

/** A panel to create, update or remove. `desired` is null for a panel of an earlier version. */
interface PanelStep {
  readonly progId: string;
  readonly name: string;
  readonly desired: DesiredPanel | null;
}

/** The steps to the desired state: the desired panels first, then removals of panels of an earlier version. */
export function planPanels(
  desired: readonly DesiredPanel[],
  provisioned: readonly ProvisionedPanel[],
): PanelStep[] {
  const steps = desired.map((panel) => ({ progId: panel.ProgId, name: panel.Name, desired: panel }));
  const desiredIds = new Set(steps.map(({ progId }) => progId));
  const outdated = provisioned.filter(
    ({ progId, outcome }) => outcome !== 'removed' && !desiredIds.has(progId),
  );
  return [...steps, ...outdated.map(({ progId, name }) => ({ progId, name, desired: null }))];
}

/**
 * Brings a tenant's web panels, found by ProgId, to the desired state: creates missing ones, updates different ones
 * (including soft-deleted ones) and leaves matching ones alone. Idempotent. A panel that SuperOffice refuses is reported
 * as failed and does not stop the others. `onProgress` is called after each step.
 * @returns the outcome of each step
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
  const actual = await findWebPanelByProgId(apiClient, desired.ProgId);
  const saved =
    actual && equals(actual, desired)
      ? actual
      : await saveWebPanel(apiClient, { WebPanelId: 0, ...actual, ...desired });
  const groupsChanged = await showToAllUserGroups(apiClient, saved.WebPanelId);
  if (actual === null) return 'created';
  return saved !== actual || groupsChanged ? 'updated' : 'unchanged';
}

/** Our calls ask for English, so SuperOffice may return only the English part of a text in several languages. */
function equals(actual: WebPanelEntity, { Tooltip, ...desired }: DesiredPanel): boolean {
  const isDesired = Object.entries(desired).every(([field, value]) => actual[field] === value);
  return isDesired && (actual.Tooltip === Tooltip || actual.Tooltip === readEnglish(Tooltip));
}

async function remove(apiClient: TenantApiClient, progId: string): Promise<'removed'> {
  await removePanel(apiClient, progId);
  return 'removed';
}

/** Deletes a panel; does nothing if it does not exist. */
export async function removePanel(apiClient: TenantApiClient, progId: string): Promise<void> {
  const panel = await findWebPanelByProgId(apiClient, progId);
  if (panel !== null && !panel.Deleted) await deleteWebPanel(apiClient, panel.WebPanelId);
}

/**
 * Deletes every panel of the app but one for each desired panel: leftovers of lost records, and panels that were created
 * twice.
 */
export async function removeOtherPanels(
  apiClient: TenantApiClient,
  desired: readonly DesiredPanel[],
): Promise<void> {
  const panels = (await listAppWebPanels(apiClient)).filter(({ Deleted }) => !Deleted);
  const kept = new Set<number>();
  for (const { ProgId } of desired) {
    const [first, ...more] = panels.filter((panel) => panel.ProgId === ProgId);
    const used = more.length === 0 ? first : await findWebPanelByProgId(apiClient, ProgId);
    if (used) kept.add(used.WebPanelId);
  }
  for (const { WebPanelId } of panels) if (!kept.has(WebPanelId)) await deleteWebPanel(apiClient, WebPanelId);
}
