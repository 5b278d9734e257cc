import type { Caller } from '../../superoffice/api/web-api.ts';
import {
  deleteWebPanel,
  saveWebPanel,
  showToAllUserGroups,
  type WebPanelEntity,
  webPanelByProgId,
} from '../../superoffice/api/web-panels.ts';
import { SuperOfficeError } from '../../superoffice/transport/superoffice-error.ts';
import type { ProvisionedPanel } from '../../tenants/tenant-store.ts';
import type { WantedPanel } from './desired-state.ts';

/** One thing to do about a tenant's panels. `wanted` is null for one that we set up once and want no more. */
interface PanelStep {
  readonly progId: string;
  readonly name: string;
  readonly wanted: WantedPanel | null;
}

/** What is to be done: bring about what is wanted, then remove what an earlier version set up. */
export function planPanels(
  wanted: readonly WantedPanel[],
  provisioned: readonly ProvisionedPanel[],
): PanelStep[] {
  const steps = wanted.map((panel) => ({ progId: panel.ProgId, name: panel.Name, wanted: panel }));
  const isOurs = new Set(steps.map(({ progId }) => progId));
  const outdated = provisioned.filter(({ progId, outcome }) => outcome !== 'removed' && !isOurs.has(progId));
  return [...steps, ...outdated.map(({ progId, name }) => ({ progId, name, wanted: null }))];
}

/**
 * Makes a tenant's web panels as they should be, found by ProgId: creates what is missing, mends what differs
 * (a soft-deleted panel too), leaves alone what is right. Done twice, or cut off and done again, it ends the same.
 * A panel SuperOffice refuses is reported as failed and does not stop the others. `onProgress` hears after each step.
 */
export async function provisionPanels(
  caller: Caller,
  steps: readonly PanelStep[],
  onProgress: (panels: readonly ProvisionedPanel[]) => Promise<void>,
): Promise<readonly ProvisionedPanel[]> {
  let panels: readonly ProvisionedPanel[] = steps.map(({ progId, name }) => {
    return { progId, name, outcome: 'waiting', problem: null };
  });
  await onProgress(panels);
  for (const [index, step] of steps.entries()) {
    panels = panels.with(index, await provisionPanel(caller, step));
    await onProgress(panels);
  }
  return panels;
}

async function provisionPanel(
  caller: Caller,
  { progId, name, wanted }: PanelStep,
): Promise<ProvisionedPanel> {
  try {
    const outcome = wanted === null ? await remove(caller, progId) : await bringAbout(caller, wanted);
    return { progId, name, outcome, problem: null };
  } catch (error) {
    if (error instanceof SuperOfficeError) return { progId, name, outcome: 'failed', problem: error.code };
    throw error;
  }
}

async function bringAbout(caller: Caller, wanted: WantedPanel): Promise<ProvisionedPanel['outcome']> {
  const actual = await webPanelByProgId(caller, wanted.ProgId);
  const saved =
    actual && equals(actual, wanted)
      ? actual
      : await saveWebPanel(caller, { WebPanelId: 0, ...actual, ...wanted });
  const groupsChanged = await showToAllUserGroups(caller, saved.WebPanelId);
  if (actual === null) return 'created';
  return saved !== actual || groupsChanged ? 'updated' : 'unchanged';
}

function equals(actual: WebPanelEntity, wanted: WantedPanel): boolean {
  return Object.entries(wanted).every(([field, value]) => actual[field] === value);
}

async function remove(caller: Caller, progId: string): Promise<'removed'> {
  await removePanel(caller, progId);
  return 'removed';
}

/** Deletes a panel, where it is there. */
export async function removePanel(caller: Caller, progId: string): Promise<void> {
  const panel = await webPanelByProgId(caller, progId);
  if (panel !== null && !panel.Deleted) await deleteWebPanel(caller, panel.WebPanelId);
}
