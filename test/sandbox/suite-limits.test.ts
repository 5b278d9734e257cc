import { describe, expect, it } from 'vitest';
import { type ApiClient, get, openClient, premium, signIn, suite, systemClient, users } from './support.ts';

const { sandbox, client } = await openClient();
const suiteClient = () => systemClient(sandbox, suite, users.suiteAdmin);

interface Use {
  ActiveCount: number;
  Maximum: number;
  IsNearingMaximum: boolean;
  HasReachedMaximum: boolean;
}

async function readUse(of: ApiClient, operation: string) {
  const { ActiveCount, Maximum, IsNearingMaximum, HasReachedMaximum } = await of.agent<Use>(operation);
  return [ActiveCount, Maximum, IsNearingMaximum, HasReachedMaximum];
}

describe('sandbox limits of CRM Suite', () => {
  it('reports each limit by its own call, and the near one by the License agent', async () => {
    const of = await suiteClient();
    expect(await readUse(of, 'Dash/GetDashboardFencingInfo')).toEqual([7, 0, false, true]);
    expect(await readUse(of, 'Project/GetProjectFencingInfo')).toEqual([97, 100, true, false]);
    expect(await readUse(of, 'Workflow/GetWorkflowFencingInfo')).toEqual([0, 0, false, true]);
    expect(await readUse(of, 'License/GetFencingInfo')).toEqual([97, 100, true, false]);
  });

  it.each([
    [84, false, false],
    [85, true, false],
    [100, false, true],
    [101, false, true],
  ])('at %i of 100 projects, near is %s and reached is %s', async (active, near, reached) => {
    sandbox.control.setLimitUse({ tenant: suite, limit: 'projects', active });
    const of = await suiteClient();
    expect(await readUse(of, 'Project/GetProjectFencingInfo')).toEqual([active, 100, near, reached]);
    const named = near || reached ? [active, 100, near, reached] : [0, 0, false, false];
    expect(await readUse(of, 'License/GetFencingInfo')).toEqual(named);
  });

  it('reports custom objects only by the License agent', async () => {
    sandbox.control.setLimitUse({ tenant: suite, limit: 'projects', active: 1 });
    sandbox.control.setLimitUse({ tenant: suite, limit: 'customObjects', active: 14, maximum: 15 });
    expect(await readUse(await suiteClient(), 'License/GetFencingInfo')).toEqual([14, 15, true, false]);
  });

  it('reports nothing for a tenant with user plans', async () => {
    expect(await readUse(client, 'Project/GetProjectFencingInfo')).toEqual([0, 0, false, false]);
  });

  it('refuses each part on demand', async () => {
    const of = await suiteClient();
    sandbox.control.fail({ operation: 'Project.*', with: 403 });
    sandbox.control.fail({ operation: 'Dash.GetDashboardFencingInfo', with: 'null' });
    expect(await of.agent('Project/GetProjectFencingInfo')).toMatchObject({ Error: true });
    expect(await of.agent('Dash/GetDashboardFencingInfo')).toBeNull();
    expect(await readUse(of, 'License/GetFencingInfo')).toEqual([97, 100, true, false]);
  });
});

describe('sandbox Configuration agent', () => {
  const crmUrl = (soProtocol: string) =>
    client.agent<string | null>('Configuration/GetCRMUrl', { SoProtocol: soProtocol });

  it('returns the URL of a screen, which opens the CRM', async () => {
    const url = await crmUrl('sale.main.guide');
    expect(url).toBe(`${sandbox.url}/${premium}/default.aspx?sale.main.guide`);
    const page = await get(String(url), await signIn(sandbox, users.sales));
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('Designteamet')]);
  });

  it.each(['', 'adminlicense', 'crmscript'])('returns null for the target "%s"', async (target) => {
    expect(await crmUrl(target)).toBeNull();
  });

  it('returns the feature toggles', async () => {
    expect(await client.agent('Configuration/GetAllFeatureToggles')).toEqual({
      NewServiceRequest: true,
      BoardView: false,
    });
  });
});
