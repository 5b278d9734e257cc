import { describe, expect, it } from 'vitest';
import {
  getVisibleText,
  install,
  installedPlanlens,
  panelUrl,
  signInToCrm,
  testUsers,
} from '../support/planlens.ts';

const suiteAdministrator = {
  tenantId: 'Cust20002',
  associateId: 201,
  userName: 'ingrid.dahl@suitecore.example',
};
const elevenMinutes = 11 * 60_000;
const limitCalls = [
  'Dash.GetDashboardFencingInfo',
  'License.GetFencingInfo',
  'Project.GetProjectFencingInfo',
  'Workflow.GetWorkflowFencingInfo',
];

describe('limits of CRM Suite', async () => {
  const planlens = await installedPlanlens();
  const { control } = planlens.sandbox;
  await install(planlens, suiteAdministrator);

  /** The limits on a page, read again. */
  async function readLimits(path: string | null = null): Promise<string> {
    const cookieClient = await signInToCrm(planlens, suiteAdministrator);
    const url = path === null ? panelUrl(planlens, suiteAdministrator) : `${planlens.url}${path}`;
    await cookieClient.get(url);
    planlens.passTime(elevenMinutes);
    const { html } = await cookieClient.get(url);
    return /Plan limits (.*?) Metered services/.exec(getVisibleText(html))?.[1] ?? 'not on the page';
  }
  const advice =
    'At the limit, no new project can be created. Complete projects that have ended. CRM Suite Growth has no such limit.';

  it.each([
    [84, '84 of 100'],
    [85, `85 of 100 Close to the limit ${advice}`],
    [100, `100 of 100 Limit reached ${advice}`],
  ])('shows %i of 100 projects to users and to administrators', async (active, shown) => {
    control.setLimitUse({ tenant: 'Cust20002', limit: 'projects', active });
    const limits = `Dashboards Unlimited Active projects ${shown} Custom objects 0 Active marketing flows 0`;
    expect(await readLimits()).toBe(limits);
    expect(await readLimits('/admin/seats')).toBe(limits);
  });

  it('shows the published limits when every call is refused, and the licenses all the same', async () => {
    for (const operation of limitCalls) control.fail({ operation, with: 403 });
    expect(await readLimits()).toBe(
      'Dashboards Unlimited Active projects 100 (use not reported) Custom objects 0 Active marketing flows 0',
    );
    expect(await readLimits('/admin/seats')).toContain('use not reported');
  });

  it('asks a refused call again after an hour', async () => {
    planlens.passTime(61 * 60_000);
    control.setLimitUse({ tenant: 'Cust20002', limit: 'projects', active: 97 });
    expect(await readLimits()).toContain('97 of 100');
  });

  it('recognizes the limit that only the License agent reports', async () => {
    control.fail({ operation: 'Project.*', with: 'null' });
    expect(await readLimits()).toContain('Active projects 97 of 100 Close to the limit');
  });

  it('does not ask for the limits of a tenant with user plans', async () => {
    const cookieClient = await signInToCrm(planlens, testUsers.salesPremium);
    await cookieClient.get(panelUrl(planlens, testUsers.salesPremium));
    planlens.passTime(elevenMinutes);
    control.clearRequests();
    const { html } = await cookieClient.get(panelUrl(planlens, testUsers.salesPremium));
    // Without those of the tenant with CRM Suite, which may be read in the background.
    const { tenantId } = testUsers.salesPremium;
    const requests = control.requests().filter((request) => request.tenantId === tenantId);
    const called = requests.map(({ operation }) => operation);
    expect(called).toContain('License.GetLicenseFromDB');
    expect(called.filter((operation) => limitCalls.includes(operation))).toEqual([]);
    expect(html).not.toContain('id="limits"');
  });
});
