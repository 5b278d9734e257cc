import { describe, expect, it } from 'vitest';
import {
  type ApiClient,
  essential,
  get,
  getTicket,
  getTokens,
  openClient,
  postJson,
  premium,
  readJson,
  suite,
  systemClient,
  users,
} from './support.ts';

interface Principal {
  UserType: string;
  AssociateId: number;
  RoleName: string;
  FunctionRights: string[];
  DatabaseContextIdentifier: string;
  Licenses: { OwnerName: string; Name: string; LicenseType: string; ExtraInfo: string; ExtraFlags: number }[];
}
interface Rows {
  'odata.nextLink': string | null;
  value: Record<string, unknown>[];
}

const { sandbox, client } = await openClient();

async function getPrincipal(userName: string): Promise<Principal> {
  const { access_token } = await getTokens(sandbox, userName);
  const url = `${client.url}/User/currentPrincipal`;
  return readJson<Principal>(await get(url, { Authorization: `Bearer ${access_token}` }));
}

describe('sandbox web API authentication', () => {
  const statusWith = async (headers: Record<string, string>, tenantId = premium) =>
    (await get(`${sandbox.url}/${tenantId}/api/v1/MDOList`, headers)).status;

  it.each(['SOTicket', 'SOTICKET', 'SoTicket'])('accepts the authorization scheme %s', async (scheme) => {
    const authorization = `${scheme} ${await getTicket(sandbox)}`;
    expect(await statusWith({ Authorization: authorization, 'SO-AppToken': sandbox.clientSecret })).toBe(200);
  });

  it('accepts a ticket only with the client secret', async () => {
    const authorization = `SOTicket ${await getTicket(sandbox)}`;
    expect(await statusWith({ Authorization: authorization })).toBe(401);
    expect(await statusWith({ Authorization: authorization, 'SO-AppToken': 'wrong' })).toBe(401);
  });

  it('accepts a user access token without the client secret', async () => {
    const { access_token } = await getTokens(sandbox, users.sales);
    expect(await statusWith({ Authorization: `Bearer ${access_token}` })).toBe(200);
  });

  it('rejects an access token as a ticket and a ticket as a bearer token', async () => {
    const { access_token } = await getTokens(sandbox, users.sales);
    const app = { 'SO-AppToken': sandbox.clientSecret };
    expect(await statusWith({ Authorization: `SOTicket ${access_token}`, ...app })).toBe(401);
    expect(await statusWith({ Authorization: `Bearer ${await getTicket(sandbox)}`, ...app })).toBe(401);
  });

  it.each(['', 'Basic YTpi', 'SOTicket', 'SOTicket 7T:abc', 'Bearer 8A:Cust20001.abc'])(
    'answers 401 with a SuperOffice error body to the Authorization header %j',
    async (authorization) => {
      const response = await get(`${client.url}/MDOList`, {
        ...client.headers,
        Authorization: authorization,
      });
      expect(response.status).toBe(401);
      expect(Object.keys(await readJson(response))).toEqual([
        'Error',
        'ErrorType',
        'ErrorMessage',
        'ErrorSource',
      ]);
    },
  );

  it('answers 401 to credentials of another tenant', async () => {
    const { access_token } = await getTokens(sandbox, users.sales);
    sandbox.control.approve({ tenant: essential });
    expect(await statusWith(client.headers, essential)).toBe(401);
    expect(await statusWith({ Authorization: `Bearer ${access_token}` }, essential)).toBe(401);
  });

  it('answers 404 to an unknown tenant or operation and 400 to an invalid body', async () => {
    expect(await statusWith(client.headers, 'Cust1')).toBe(404);
    expect((await get(`${client.url}/NoSuch`, client.headers)).status).toBe(404);
    const url = `${client.url}/Agents/License/GetUserLicenses`;
    const headers = { ...client.headers, 'Content-Type': 'application/json' };
    const broken = await fetch(url, { method: 'POST', headers, body: '{' });
    expect(broken.status).toBe(400);
    expect((await readJson(broken)).Error).toBe(true);
    expect((await postJson(url, { AssociateId: 'x' }, client.headers)).status).toBe(400);
  });

  it.each(['Suspended', 'OfflineMaintenance', 'Deleted'] as const)(
    'answers 503 while the tenant is in state %s',
    async (state) => {
      sandbox.control.setTenantState({ tenant: premium, state });
      expect(await statusWith(client.headers)).toBe(503);
      sandbox.control.setTenantState({ tenant: premium, state: 'OnlineMaintenance' });
      expect(await statusWith(client.headers)).toBe(200);
    },
  );
});

describe('sandbox tenant state', () => {
  it('returns the state and endpoints of a tenant without credentials', async () => {
    const state = await readJson(await get(`${sandbox.url}/api/state/${premium}`));
    expect(state).toEqual({
      ContextIdentifier: premium,
      Endpoint: `${sandbox.url}/${premium}`,
      State: 'Running',
      IsRunning: true,
      ValidUntil: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/),
      Api: `${sandbox.url}/${premium}/api`,
      Version: expect.any(String),
    });
    expect(Date.parse(String(state.ValidUntil))).toBeGreaterThan(Date.now());
  });

  it.each([
    ['Suspended', false],
    ['OnlineMaintenance', true],
    ['OfflineMaintenance', false],
    ['Deleted', false],
  ] as const)('reports the state %s with IsRunning %s', async (state, running) => {
    sandbox.control.setTenantState({ tenant: premium, state });
    const body = await readJson(await get(`${sandbox.url}/api/state/${premium}`));
    expect(body).toMatchObject({ State: state, IsRunning: running });
  });

  it('answers 404 for an unknown tenant', async () => {
    expect((await get(`${sandbox.url}/api/state/Cust1`)).status).toBe(404);
  });

  it('returns the new endpoint of a moved tenant and answers 421 at the old one', async () => {
    sandbox.control.moveTenant({ tenant: premium });
    const { Api } = await readJson(await get(`${sandbox.url}/api/state/${premium}`));
    expect(Api).toBe(`${sandbox.url}/online2/${premium}/api`);
    const old = await postJson(`${client.url}/Agents/License/GetFencingInfo`, {}, client.headers);
    expect(old.status).toBe(421);
    expect((await readJson(old)).ErrorMessage).toBe('Wrong subdomain used to access tenant');
    expect((await get(`${Api}/v1/MDOList`, client.headers)).status).toBe(200);
  });
});

describe('sandbox license API', () => {
  interface Extended {
    Current: { ModuleLicenses: unknown[]; OwnerName: string };
    ExtendedModuleLicenses: {
      Current: { ModuleName: string; ModuleDescription: string };
      NumberOfLicensesInUse: number;
      NumberOfLicensesFree: number;
      NumberOfLicensesTotal: number;
    }[];
  }
  const getLicense = (from: ApiClient) =>
    from.agent<Extended>('License/GetLicenseFromDB', { OwnerName: 'superoffice' });
  const seats = (license: Extended, name: string) => {
    const row = license.ExtendedModuleLicenses.find((candidate) => candidate.Current.ModuleName === name);
    return [row?.NumberOfLicensesInUse, row?.NumberOfLicensesFree, row?.NumberOfLicensesTotal];
  };

  it('counts used, free and total seats as published', async () => {
    const license = await getLicense(client);
    expect(seats(license, 'ten-sales')).toEqual([21, 0, 21]);
    expect(seats(license, 'ten-service')).toEqual([5, 10, 15]);
    expect(seats(license, 'ten-salesservicemarketing')).toEqual([20, 0, 20]);
    expect(seats(license, 'ten-marketing')).toEqual([3, 4, 7]);
    expect(seats(license, 'sale-cal')).toEqual([41, 0, 41]);
    expect(seats(license, 'user')).toEqual([49, 14, 63]);
    expect(seats(license, 'server')).toEqual([0, 1, 1]);
  });

  it.each([premium, suite, essential])(
    'never reports more seats in use than purchased in %s',
    async (tenantId) => {
      const admins: Record<string, string> = {
        [suite]: users.suiteAdmin,
        [essential]: 'silje.aune@fjordkraft.example',
      };
      const license = await getLicense(
        await systemClient(sandbox, tenantId, admins[tenantId] ?? users.admin),
      );
      expect(license.ExtendedModuleLicenses.length).toBeGreaterThan(4);
      for (const row of license.ExtendedModuleLicenses) {
        expect(row.NumberOfLicensesInUse + row.NumberOfLicensesFree).toBe(row.NumberOfLicensesTotal);
        expect(row.NumberOfLicensesFree).toBeGreaterThanOrEqual(0);
      }
    },
  );

  it('fills one module list for one tenant and both module lists for another', async () => {
    const other = await getLicense(await systemClient(sandbox, essential, 'silje.aune@fjordkraft.example'));
    expect((await getLicense(client)).Current.ModuleLicenses).toEqual([]);
    expect(other.Current.ModuleLicenses).toHaveLength(other.ExtendedModuleLicenses.length);
  });

  it('uses placeholder names for Suite modules', async () => {
    const license = await getLicense(await systemClient(sandbox, suite, users.suiteAdmin));
    const names = license.ExtendedModuleLicenses.map((row) => row.Current);
    expect(names.find((row) => row.ModuleDescription === 'CRM Suite Core')?.ModuleName).toBe(
      'unknown-suite-core',
    );
    expect(names.map((row) => row.ModuleName)).not.toContain('?');
  });

  it('answers a missing license with null through the agent and with 404 through REST', async () => {
    const missing = { OwnerName: 'SUPEROFFICE', ModuleName: 'no-such' };
    expect(await client.agent('License/GetModuleLicenseFromDB', missing)).toBeNull();
    expect(await client.agent('License/GetLicenseFromDB', { OwnerName: 'UNKNOWN' })).toBeNull();
    expect(await client.agent('License/GetUserLicenses', { AssociateId: 1 })).toBeNull();
    for (const path of ['/License/SUPEROFFICE/no-such', '/License/UNKNOWN', '/License/User/1']) {
      const response = await get(`${client.url}${path}`, client.headers);
      expect(response.status).toBe(404);
      expect((await readJson(response)).ErrorType).toBe('SoNotFoundException');
    }
  });

  it('lists every user license with its assignment, including hidden ones, without ExtraInfo', async () => {
    const [owner] = await client.agent<{ RestrictedModuleLicenses: Record<string, unknown>[] }[]>(
      'License/GetUserLicenses',
      { AssociateId: 111 },
    );
    const links = owner?.RestrictedModuleLicenses ?? [];
    const of = (name: string) => links.find((link) => link.Name === name);
    expect(of('ten-service')).toMatchObject({
      Assigned: true,
      Free: 10,
      InUse: 5,
      Total: 15,
      ModuleLicenseId: 129,
    });
    expect(of('ej-client')).toMatchObject({ Assigned: true, IsHidden: true });
    expect(of('ten-sales')).toMatchObject({ Assigned: false, CanAssign: false, Free: 0 });
    expect(of('ten-marketing')).toMatchObject({ Assigned: false, CanAssign: true });
    expect(links.some((link) => 'ExtraInfo' in link)).toBe(false);
  });

  it('includes a second owner with a shared module name when third-party licenses are enabled', async () => {
    const owners = () => client.get<Extended[]>('/License');
    expect(await owners()).toHaveLength(1);
    sandbox.control.setThirdPartyLicenses({ tenant: premium, on: true });
    expect((await owners()).map((owner) => owner.Current.OwnerName)).toEqual(['SUPEROFFICE', 'NORDLYS']);
    const { Licenses } = await getPrincipal('freja.lindqvist@designteamet.example');
    expect(Licenses.filter((row) => row.Name === 'quote-cal').map((row) => row.OwnerName)).toEqual([
      'NORDLYS',
    ]);
  });
});

describe('sandbox current principal', () => {
  it('returns the site licenses, the user plan and the licenses that the plan sets', async () => {
    const { Licenses, ...rest } = await getPrincipal(users.sales);
    expect(rest).toMatchObject({
      UserType: 'InternalAssociate',
      AssociateId: 101,
      RoleName: 'Standard',
      DatabaseContextIdentifier: premium,
    });
    const names = Licenses.map((row) => row.Name);
    expect(names).toEqual(
      expect.arrayContaining(['server', 'sale', 'ten-sales', 'sale-cal', 't2', 'visible-for']),
    );
    expect(names).not.toContain('ej-client');
    expect(names).not.toContain('ten-service');
    const plan = Licenses.find((row) => row.Name === 'ten-sales');
    expect(plan).toMatchObject({ ExtraFlags: 1, ExtraInfo: expect.stringMatching(/^set=/) });
  });

  it('returns the function rights of the role in sorted order', async () => {
    const { FunctionRights } = await getPrincipal(users.restricted);
    expect(FunctionRights).toEqual(['allow-bulk-export', 'hide-project', 'hide-sale']);
    expect((await getPrincipal(users.admin)).FunctionRights).toContain('admin-all');
  });

  it('returns no user licenses for a user without a plan', async () => {
    const { Licenses } = await getPrincipal(users.noPlan);
    expect(Licenses.length).toBeGreaterThan(0);
    expect(Licenses.every((row) => row.LicenseType === 'SiteLicense')).toBe(true);
  });

  it('returns the system user for a ticket', async () => {
    const principal = await client.get<Principal>('/User/currentPrincipal');
    expect(principal.UserType).toBe('SystemAssociate');
    expect(principal.Licenses.every((row) => row.LicenseType === 'SiteLicense')).toBe(true);
  });
});

describe('sandbox user archive API', () => {
  const rows = (query: string) => client.get<Rows>(query);

  /** The rows of all pages. */
  async function allRows(query: string): Promise<Pick<Rows, 'value'>> {
    const value: Rows['value'][number][] = [];
    for (let url: string | null = `${client.url}${query}`; url !== null; ) {
      const page: Rows = await readJson<Rows>(await get(url, client.headers));
      value.push(...page.value);
      url = page['odata.nextLink'];
    }
    return { value };
  }

  it('lists all users with their plan', async () => {
    const { value } = await allRows('/Archive/AllUsers');
    expect(value).toHaveLength(15);
    expect(value[0]).toMatchObject({
      associateDbId: 101,
      fullName: 'Markus Brandt',
      userplan: 'Sales Premium',
      canLogin: true,
      'superoffice_ten-sales': 1,
      'superoffice_ten-service': 0,
    });
    expect(value[0]).not.toHaveProperty('superoffice_sale-cal');
    expect(value.slice(-2).map((row) => row.assocType)).toEqual(['external user', 'system user']);
    expect(value.find((row) => row.associateDbId === 142)).toMatchObject({
      isActive: false,
      canLogin: false,
    });
    expect(value.find((row) => row.associateDbId === 141)).toMatchObject({
      userplan: '(No Selection)',
      'superoffice_superlicense-no-selection': 1,
    });
  });

  it('includes columns of third-party licenses only when these are enabled', async () => {
    const freja = '/Archive/AllUsers?$filter=associateDbId eq 112';
    expect((await rows(freja)).value[0]).not.toHaveProperty('nordlys_insight-user');
    sandbox.control.setThirdPartyLicenses({ tenant: premium, on: true });
    expect((await rows(freja)).value[0]).toMatchObject({
      'nordlys_insight-user': 1,
      'superoffice_ten-service': 1,
    });
  });

  it('lists only internal users in InternalUsers, without their type and with the key as text', async () => {
    const { value } = await allRows('/Archive/InternalUsers?$entities=all');
    expect(value).toHaveLength(13);
    expect(value[0]).toMatchObject({ PrimaryKey: '101', EntityName: 'all', assocType: '' });
    expect((await rows('/User?$top=1')).value[0]).not.toHaveProperty('PrimaryKey');
  });

  it('supports select, filter and sort', async () => {
    const { value } = await rows(
      '/Archive/AllUsers?$select=associateDbId,fullName,noSuch&$filter=personId gt 5007 and isActive eq true and assocType eq associate&$orderBy=fullName desc',
    );
    expect(value.map((row) => row.fullName)).toEqual([
      'Thomas Weber',
      'Sarah Whitfield',
      'Kari Nygård',
      'Emil Strand',
    ]);
    expect(Object.keys(value[0] ?? {})).toEqual(['EntityName', 'associateDbId', 'fullName']);
    const two = await rows('/Archive/AllUsers?$filter=associateDbId associateIsOneOf (101, 111)');
    expect(two.value.map((row) => row.associateDbId)).toEqual([101, 111]);
    const one = await rows("/Archive/AllUsers?$filter=userName eq 'lena.hoffmann@designteamet.example'");
    expect(one.value.map((row) => row.associateDbId)).toEqual([111]);
  });

  it('links from page to page', async () => {
    const { value } = await allRows('/Archive/InternalUsers?$orderBy=associateDbId desc&$top=5');
    const seen = value.map((row) => row.associateDbId);
    expect(seen).toEqual([142, 141, 133, 132, 131, 122, 121, 112, 111, 104, 103, 102, 101]);
  });

  it('returns ten rows at most, however many are requested', async () => {
    const page = await rows('/Archive/InternalUsers?$top=500');
    expect(page.value).toHaveLength(10);
    expect(page['odata.nextLink']).toContain('%24skip=10');
  });

  it.each([
    '$filter=associateDbId lt 5',
    '$filter=associateDbId gt 0',
    '$filter=userplan eq x',
    '$filter=noSuch eq 5',
    '$orderBy=canLogin',
    '$entities=retired',
    '$top=x',
  ])('answers 400 to an unsupported query: %s', async (query) => {
    expect((await get(`${client.url}/Archive/AllUsers?${query}`, client.headers)).status).toBe(400);
  });
});

describe('sandbox dynamic archive', () => {
  const columns = 'associate.associate_id,associate.lastlogin,associate.waiting_for_approval';

  it('returns the selected columns of all associates, keyed as selected', async () => {
    const { value } = await client.get<Rows>(`/Archive/dynamic?$select=${columns}&$top=2`);
    expect(value).toEqual([
      {
        PrimaryKey: '101',
        EntityName: 'associate',
        'associate.associate_id': 101,
        'associate.lastlogin': expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:00$/),
        'associate.waiting_for_approval': 0,
      },
      expect.objectContaining({ 'associate.associate_id': 102 }),
    ]);
    const last = await client.get<Rows>(`/Archive/dynamic?$select=${columns}&$skip=10`);
    expect(last.value.map((row) => row['associate.associate_id'])).toEqual([133, 141, 142, 801, 901]);
    expect(last.value.at(-1)).toMatchObject({ 'associate.lastlogin': '0001-01-01T00:00:00' });
  });

  it.each([
    '',
    '$select=associate.password',
    `$select=${columns}&$filter=associate.type eq 0`,
    `$select=${columns}&$orderBy=associate.name asc`,
  ])('answers 400 to an unsupported query: %s', async (query) => {
    expect((await get(`${client.url}/Archive/dynamic?${query}`, client.headers)).status).toBe(400);
  });

  it('may be refused by a tenant', async () => {
    const refusing = await systemClient(sandbox, essential, users.essential);
    const response = await get(`${refusing.url}/Archive/dynamic?$select=${columns}`, refusing.headers);
    expect(response.status).toBe(403);
  });
});

describe('sandbox tenant of 5,000 users', () => {
  interface Row {
    readonly associateDbId: number;
    readonly fullName: string;
    readonly isActive: boolean;
    readonly canLogin: boolean;
    readonly userplan: string;
  }
  const readAll = async () => {
    const large = await systemClient(sandbox, 'Cust20500', 'astrid.berg@nordhavn.example');
    const pages = await Promise.all(
      [0, 1_000, 2_000, 3_000, 4_000, 5_000].map((skip) =>
        large.get<{ value: Row[] }>(
          `/Archive/InternalUsers?$select=associateDbId,fullName,isActive,canLogin,userplan&$top=1000&$skip=${skip}`,
        ),
      ),
    );
    return pages.flatMap(({ value }) => value);
  };

  it('has the same users each time, in believable proportions, a thousand on a page', async () => {
    const users = await readAll();
    sandbox.control.reset();
    expect(await readAll()).toEqual(users);
    expect(users).toHaveLength(5_150);
    expect(users[0]).toMatchObject({ fullName: 'Astrid Berg', canLogin: true });
    const count = (condition: (row: Row) => boolean) => users.filter(condition).length;
    const isBetween = (number: number, low: number, high: number) =>
      expect([number, number >= low && number <= high]).toEqual([number, true]);
    isBetween(
      count(({ userplan }) => userplan === 'Sales Premium'),
      2_100,
      2_500,
    );
    isBetween(
      count(({ userplan }) => userplan === '(No Selection)'),
      500,
      800,
    );
    isBetween(
      count(({ isActive, userplan }) => !isActive && userplan !== '(No Selection)'),
      50,
      150,
    );
    isBetween(
      count(({ isActive, canLogin }) => isActive && !canLogin),
      550,
      1_000,
    );
    isBetween(new Set(users.map(({ fullName }) => fullName)).size, 2_500, 5_000);
  });

  it('has as many seats in use as users with the plan, and is not on the pages of the sandbox', async () => {
    const users = await readAll();
    const large = await systemClient(sandbox, 'Cust20500', 'astrid.berg@nordhavn.example');
    const { ExtendedModuleLicenses } = await large.get<{
      ExtendedModuleLicenses: { Current: { ModuleName: string }; NumberOfLicensesInUse: number }[];
    }>('/License/SUPEROFFICE');
    const sales = ExtendedModuleLicenses.find(({ Current }) => Current.ModuleName === 'ten-sales');
    expect(sales?.NumberOfLicensesInUse).toBe(
      users.filter(({ userplan }) => userplan === 'Sales Premium').length,
    );
    expect(await (await get(sandbox.url)).text()).not.toContain('Nordhavn');
  });
});

describe('sandbox tenant of five users', () => {
  it('lists all who hold a seat, and is not on the pages of the sandbox', async () => {
    const small = await systemClient(sandbox, 'Cust20005', 'tone@solvik.example');
    const { value } = await small.get<{ value: { userplan: string }[] }>(
      '/Archive/InternalUsers?$select=fullName,userplan&$top=1000',
    );
    const { ExtendedModuleLicenses } = await small.get<{
      ExtendedModuleLicenses: { Current: { ModuleDescription: string }; NumberOfLicensesInUse: number }[];
    }>('/License/SUPEROFFICE');
    const inUse = (plan: string) =>
      ExtendedModuleLicenses.find(({ Current }) => Current.ModuleDescription === plan)?.NumberOfLicensesInUse;
    expect(value).toHaveLength(5);
    const plans = [...new Set(value.map(({ userplan }) => userplan))];
    expect(plans).toHaveLength(3);
    for (const plan of plans)
      expect(inUse(plan)).toBe(value.filter(({ userplan }) => userplan === plan).length);
    expect(await (await get(sandbox.url)).text()).not.toContain('Solvik');
  });
});

describe('sandbox MDO list API', () => {
  interface Item {
    Id: number;
    Name: string;
    Type: string;
    ExtraInfo: string;
  }

  it('returns the user plans as documented by SuperOffice', async () => {
    const plans = await client.get<Item[]>('/MDOList/userplan');
    expect(plans.map(({ Id, Name, ExtraInfo }) => [Id, Name, ExtraInfo])).toEqual([
      [79, '(No Selection)', 'superlicense-no-selection'],
      [124, 'Sales Premium', 'ten-sales'],
      [129, 'Service Premium', 'ten-service'],
      [132, 'SalesPremiumServicePremiumMarketingPremium', 'ten-salesservicemarketing'],
      [131, 'Marketing Premium', 'ten-marketing'],
    ]);
  });

  it('returns the user groups and the web panel list definition', async () => {
    expect((await client.get<Item[]>('/MDOList/usergroup')).map((row) => row.Name)).toContain('Sales');
    const [definition] = await client.get<Item[]>('/MDOList/Lists');
    expect(definition).toMatchObject({ Id: 124, Type: 'webpanel' });
    expect(await client.get('/MDOList')).toContain('userplan');
  });

  it('answers 404 for an unknown list', async () => {
    expect((await get(`${client.url}/MDOList/nosuch`, client.headers)).status).toBe(404);
  });
});
