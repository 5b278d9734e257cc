import { Client } from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { refreshPace } from '../../src/snapshots/refresh-after-sign-in.ts';
import { runStatement } from '../support/database.ts';
import { untilReconciled } from '../support/jobs.ts';
import {
  getFeatureRow,
  getVisibleText,
  install,
  installedPlanlens,
  panelUrl,
  signInToCrm,
  type TestUser,
  testUsers,
} from '../support/planlens.ts';
import { rowsIn } from '../support/rows.ts';

const { salesPremium, servicePremium } = testUsers;
const { tenantId } = salesPremium;
const large = { tenantId: 'Cust20500', userName: 'astrid.berg@nordhavn.example', associateId: 1_000 };
/** The roles of the sandbox. */
const roles = { standard: 2, withoutSales: 3 };
const hour = 60 * 60_000;
const unread = 'has not read your own licences yet';
/** Calls of the tenant's web API. */
const isWebApi = /^(?!Login\.|Page\.|Idp\.|State|SystemUser\.)/;

describe('sign-ins', async () => {
  const planlens = await installedPlanlens(refreshPace);
  const { control } = planlens.sandbox;
  const webApiCalls = (tenant: string) =>
    control
      .requests()
      .flatMap((request) => (request.tenantId === tenant ? [request.operation] : []))
      .filter((operation) => isWebApi.test(operation));
  /** Hours pass in these tests, and calls are counted: the reconciliations of the hour would be among them. */
  const postponeReconciliations = async () => {
    await untilReconciled(planlens.environment);
    const database = String(planlens.environment.DATABASE_URL);
    await runStatement(
      database,
      "update tenants set next_reconcile_at = next_reconcile_at + interval '1 year'",
    );
  };
  await postponeReconciliations();

  const open = async (person: TestUser) =>
    (await signInToCrm(planlens, person)).get(panelUrl(planlens, person));
  /** Opens the panel in a session that is as old as `ms`. */
  const openAfter = (ms: number, person: TestUser) => {
    planlens.passTime(ms);
    return open(person);
  };
  const sales = (html: string) => getFeatureRow(html, 'SaE1').state;
  const setRole = (person: TestUser, roleId: number) =>
    control.setRole({ tenant: tenantId, associateId: person.associateId, roleId });
  const kept = async (associateId: number) => {
    const rows = await rowsIn(String(planlens.environment.DATABASE_URL), 'license_snapshots');
    return rows.filter((row) => row.context_identifier === tenantId && row.associate_id === associateId);
  };
  const rightsReadAt = async ({ associateId }: TestUser) => {
    const [row] = await kept(associateId);
    return z.object({ functionRightsReadAt: z.number() }).parse(row?.content).functionRightsReadAt;
  };

  it('show the panel of a known user before any call of the web API, and a changed role soon after', async () => {
    expect(sales((await open(salesPremium)).html)).toBe('enabled');
    setRole(salesPremium, roles.withoutSales);
    onTestFinished(() => setRole(salesPremium, roles.standard));
    planlens.passTime(3 * hour);
    control.clearRequests();
    const user = await signInToCrm(planlens, salesPremium);
    const page = await user.get(panelUrl(planlens, salesPremium));
    expect(webApiCalls(tenantId)).toEqual([]);
    const shown = async () => sales((await user.get(panelUrl(planlens, salesPremium))).html);
    expect([page.status, sales(page.html), page.html.includes(unread)]).toEqual([200, 'enabled', false]);
    await expect.poll(shown, { timeout: 20_000 }).toBe('hidden-by-role');
    expect(webApiCalls(tenantId)).toContain('User.currentPrincipal');

    setRole(salesPremium, roles.standard);
    planlens.passTime(hour);
    expect(await shown()).toBe('hidden-by-role');
    await expect.poll(shown, { timeout: 20_000 }).toBe('enabled');
  });

  it('store nothing about a user who is deleted before the data are read', async () => {
    await open(servicePremium);
    expect(await kept(servicePremium.associateId)).toHaveLength(1);
    planlens.passTime(hour);
    const { id } = control.hold({ operation: 'User.currentPrincipal' });
    await open(servicePremium);
    await control.whenHeld({ id });
    await planlens.services.userData.erase(servicePremium);
    control.release({ id });
    // The next read of the same queue ends after this one.
    await open(salesPremium);
    const before = await rightsReadAt(salesPremium);
    await openAfter(hour, salesPremium);
    await expect.poll(() => rightsReadAt(salesPremium), { timeout: 20_000 }).toBeGreaterThan(before);
    expect(await kept(servicePremium.associateId)).toEqual([]);
  });

  it('call nothing for a suspended tenant, whose panel says so', async () => {
    await open(salesPremium);
    const saveStatus = async (status: 'suspended' | 'active') => {
      const tenant = await planlens.services.tenants.find(tenantId);
      if (tenant !== null) await planlens.services.tenants.saveStatus(tenant, status);
    };
    await saveStatus('suspended');
    onTestFinished(() => saveStatus('active'));
    control.clearRequests();
    const page = await openAfter(hour, salesPremium);
    expect([page.status, getVisibleText(page.html).includes('CRM is offline at the moment')]).toEqual([
      200,
      true,
    ]);
    expect(webApiCalls(tenantId)).toEqual([]);
  });

  it('show the panels of users of whom only the list tells when no call is left, and read them afterwards', async () => {
    await install(planlens, large);
    await postponeReconciliations();
    const database = new Client({ connectionString: String(planlens.environment.DATABASE_URL) });
    await database.connect();
    onTestFinished(() => database.end());
    const { rows } = await database.query<{ id: number }>(
      `select associate_id as id from tenant_users where context_identifier = $1 and user_plan = 'Sales Premium' and not retired order by 1 limit 12`,
      [large.tenantId],
    );
    const people = rows.map(({ id }) => ({
      tenantId: large.tenantId,
      associateId: id,
      userName: `user${id}@nordhavn.example`,
    }));
    expect(people).toHaveLength(12);
    /** Sets when the last ten calls of the tenant started. */
    const setLastCalls = (at: 'infinity' | '-infinity') =>
      database.query(
        'update rate_limits set recent = array_fill($2::timestamptz, array[10]) where context_identifier = $1',
        [large.tenantId, at],
      );
    await setLastCalls('infinity');
    control.clearRequests();
    const pages = await Promise.all(people.map(open));
    const heading = (html: string) => /<h1.*?>(.*?)<\/h1>/s.exec(html)?.[1];
    expect(pages.map(({ status, html }) => [status, heading(html), html.includes(unread)])).toEqual(
      people.map(() => [200, 'Sales-Premium', true]),
    );
    expect(webApiCalls(large.tenantId)).toEqual([]);

    await setLastCalls('-infinity');
    const countRead = async () => {
      const { rows } = await database.query(
        'select from license_snapshots where context_identifier = $1 and associate_id = any($2)',
        [large.tenantId, people.map(({ associateId }) => associateId)],
      );
      return rows.length;
    };
    await expect.poll(countRead, { timeout: 40_000 }).toBe(people.length);
    expect(webApiCalls(large.tenantId)).toContain('User.currentPrincipal');
    const again = await open(people[0] ?? large);
    expect(again.html).not.toContain(unread);
  });
});
