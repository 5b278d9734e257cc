import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../sandbox/start-sandbox.ts';
import {
  type ApiClient,
  appUrl,
  essential,
  getTokens,
  premium,
  startReceiver,
  suite,
  systemClient,
  users,
} from './support.ts';

/** Excerpts of SuperOffice's published OpenAPI descriptions: the operations that the sandbox serves. */
const folder = resolve(import.meta.dirname, 'openapi');

type Schema = Record<string, unknown>;
interface Operation {
  responses: Record<string, { schema?: Schema }>;
}
interface Description {
  paths: Record<string, Record<string, Operation>>;
  definitions: Record<string, Schema>;
}

interface Call {
  /** `METHOD /path` as in the description. */
  documented: string;
  /** The path with its parameters filled in; default: as documented. */
  path?: string;
  body?: unknown;
}

/** One call of every documented operation that the sandbox serves. Web panel and webhook have id 1. */
const calls: Call[] = [
  { documented: 'POST /api/v1/Agents/License/GetLicenseForAllOwnersFromDB' },
  { documented: 'POST /api/v1/Agents/License/GetLicenseFromDB', body: { OwnerName: 'SUPEROFFICE' } },
  { documented: 'POST /api/v1/Agents/License/GetLicenseFromDB', body: { OwnerName: 'NORDLYS' } },
  {
    documented: 'POST /api/v1/Agents/License/GetUserAndInstallationLicenceStatus',
    body: { AssociateId: 101 },
  },
  { documented: 'POST /api/v1/Agents/License/GetUserLicenses', body: { AssociateId: 101 } },
  { documented: 'POST /api/v1/Agents/License/GetShopUrl', body: { OwnerName: 'SUPEROFFICE' } },
  { documented: 'POST /api/v1/Agents/License/GetUserLicensesMDOList' },
  {
    documented: 'POST /api/v1/Agents/License/GetModuleLicenseFromDB',
    body: { OwnerName: 'SUPEROFFICE', ModuleName: 'ten-sales' },
  },
  { documented: 'POST /api/v1/Agents/License/GetFencingInfo' },
  { documented: 'POST /api/v1/Agents/Dash/GetDashboardFencingInfo' },
  { documented: 'POST /api/v1/Agents/Project/GetProjectFencingInfo' },
  { documented: 'POST /api/v1/Agents/Workflow/GetWorkflowFencingInfo' },
  {
    documented: 'POST /api/v1/Agents/Configuration/GetCRMUrl',
    body: { SoProtocol: 'sale.main.guide', Currents: '', Frameless: false },
  },
  { documented: 'POST /api/v1/Agents/Configuration/GetAllFeatureToggles' },
  { documented: 'GET /api/v1/License' },
  { documented: 'GET /api/v1/License/{ownerName}', path: '/License/SUPEROFFICE' },
  { documented: 'GET /api/v1/License/User/{associateId}', path: '/License/User/112' },
  { documented: 'GET /api/v1/License/{ownerName}/ShopUrl', path: '/License/SUPEROFFICE/ShopUrl' },
  { documented: 'GET /api/v1/License/User/MdoList' },
  { documented: 'GET /api/v1/License/{ownerName}/{moduleName}', path: '/License/SUPEROFFICE/sale-cal' },
  { documented: 'GET /api/v1/User' },
  { documented: 'GET /api/v1/User/currentPrincipal' },
  { documented: 'GET /api/v1/Archive' },
  { documented: 'GET /api/v1/Archive/{archiveProviderName}', path: '/Archive/AllUsers?$top=2' },
  { documented: 'GET /api/v1/Archive/{archiveProviderName}', path: '/Archive/InternalUsers' },
  {
    documented: 'GET /api/v1/Archive/{archiveProviderName}',
    path: '/Archive/dynamic?$select=associate.associate_id,associate.lastlogin',
  },
  { documented: 'GET /api/v1/MDOList' },
  { documented: 'GET /api/v1/MDOList/{listname}', path: '/MDOList/userplan' },
  { documented: 'GET /api/v1/MDOList/{listname}', path: '/MDOList/Lists' },
  { documented: 'GET /api/v1/MDOList/{listname}/selectable', path: '/MDOList/usergroup/selectable' },
  { documented: 'POST /api/v1/Agents/List/CreateDefaultWebPanelEntity' },
  {
    documented: 'POST /api/v1/Agents/List/SaveWebPanelEntity',
    body: { WebPanelId: 1, Name: 'First', ProgId: 'test.first', VisibleIn: 'BrowserPanel' },
  },
  {
    documented: 'POST /api/v1/Agents/List/GetWebPanelEntity',
    path: '/Agents/List/GetWebPanelEntity?webPanelEntityId=1',
  },
  { documented: 'POST /api/v1/Agents/List/GetWebPanelList' },
  { documented: 'POST /api/v1/Agents/List/GetAppWebPanels' },
  { documented: 'POST /api/v1/Agents/List/GetWebPanelByProgId', body: { ProgId: 'test.first' } },
  {
    documented: 'POST /api/v1/Agents/List/GetVisibleForUserGroups',
    body: { UdListDefinitionId: 124, ListItemId: 1 },
  },
  {
    documented: 'POST /api/v1/Agents/List/GetVisibleForUserGroupsFromListName',
    body: { UdListDefinitionName: 'GUI - Web panel', ListItemId: 1 },
  },
  {
    documented: 'POST /api/v1/Agents/List/SetVisibleForUserGroups',
    body: { UdListDefinitionId: 124, ListItemId: 1, UserGroups: [{ Id: 1, Selected: true }] },
  },
  {
    documented: 'POST /api/v1/Agents/List/SetVisibleForUserGroupsFromListName',
    body: { UdListDefinitionName: 'GUI - Web panel', ListItemId: 1, UserGroups: [{ Id: 1, Selected: true }] },
  },
  {
    documented: 'POST /api/v1/Agents/List/SetVisibleForUserGroup',
    body: { UdListDefinitionId: 124, ListItemId: 1, UserGroupId: [2], Enable: true },
  },
  { documented: 'POST /api/v1/Agents/List/DeleteWebPanel', body: { Id: 1 } },
  { documented: 'POST /api/v1/Agents/List/DeleteAppWebPanels' },
  { documented: 'GET /api/v1/Webhook/default' },
  { documented: 'GET /api/v1/Webhook' },
  { documented: 'POST /api/v1/Webhook', body: 'webhook' },
  { documented: 'GET /api/v1/Webhook/{id}', path: '/Webhook/1' },
  { documented: 'PUT /api/v1/Webhook/{id}', path: '/Webhook/1', body: 'webhook' },
  { documented: 'POST /api/v1/Webhook/Test', body: 'webhook' },
  { documented: 'GET /api/v1/Webhook/{webhookId}/LastError', path: '/Webhook/1/LastError' },
  { documented: 'POST /api/v1/Webhook/{eventName}/{primaryKey}', path: '/Webhook/foo.bar/1', body: { a: 1 } },
  { documented: 'DELETE /api/v1/Webhook/{id}', path: '/Webhook/1' },
];

describe('sandbox responses against the published OpenAPI descriptions', () => {
  const documented = loadOperations(folder);
  let sandbox: Sandbox;
  let receiver: Awaited<ReturnType<typeof startReceiver>>;
  let client: ApiClient;

  beforeAll(async () => {
    sandbox = await startSandbox({ appUrl });
    receiver = await startReceiver();
    client = await systemClient(sandbox);
    sandbox.control.setThirdPartyLicenses({ tenant: premium, on: true });
    await client.agent('List/SaveWebPanelEntity', { Name: 'First' });
  });
  afterAll(async () => {
    await sandbox.close();
    await receiver.close();
  });

  const hook = () => ({
    Name: 'Test',
    Events: ['associate.changed'],
    TargetUrl: receiver.url,
    Secret: 'secret',
  });

  it('covers every described operation', () => {
    expect([...new Set(calls.map((call) => call.documented))].sort()).toEqual([...documented.keys()].sort());
  });

  it.each(calls)(
    'response to $documented $path matches its schema',
    async ({ documented: name, path, body }) => {
      const method = name.split(' ')[0] ?? '';
      const address = path ?? name.slice(`${method} /api/v1`.length);
      const response = await fetch(`${client.url}${address}`, {
        method,
        headers: { ...client.headers, 'Content-Type': 'application/json' },
        ...(method === 'GET' || method === 'DELETE'
          ? {}
          : { body: JSON.stringify(body === 'webhook' ? hook() : (body ?? {})) }),
      });
      expectDocumented(documented, name, response.status, await response.text());
    },
  );

  it.each([
    [suite, users.suiteAdmin],
    [essential, 'silje.aune@fjordkraft.example'],
  ])('license responses of tenant %s match their schemas', async (tenantId, admin) => {
    const other = await systemClient(sandbox, tenantId, admin);
    const name = 'GET /api/v1/License';
    expectDocumented(documented, name, 200, JSON.stringify(await other.get('/License')));
    for (const operation of [
      'License/GetFencingInfo',
      'Dash/GetDashboardFencingInfo',
      'Project/GetProjectFencingInfo',
      'Workflow/GetWorkflowFencingInfo',
    ]) {
      const response = JSON.stringify(await other.agent(operation));
      expectDocumented(documented, `POST /api/v1/Agents/${operation}`, 200, response);
    }
  });

  it('principal response for a user access token matches its schema', async () => {
    const { access_token } = await getTokens(sandbox, users.sales);
    const response = await fetch(`${client.url}/User/currentPrincipal`, {
      headers: { Authorization: `Bearer ${access_token}` },
    });
    expectDocumented(documented, 'GET /api/v1/User/currentPrincipal', response.status, await response.text());
  });

  it('validation rejects an unknown property, a wrong type and an unknown enum value', () => {
    const name = 'POST /api/v1/Agents/License/GetModuleLicenseFromDB';
    const validate = documented.get(name)?.get(200);
    expect(validate?.({ ModuleName: 'sale' })).toBe(true);
    expect(validate?.({ ModuleName: 'sale', Colour: 'green' })).toBe(false);
    expect(validate?.({ ModuleName: 1 })).toBe(false);
    expect(validate?.({ LicenseType: 'Site' })).toBe(false);
  });
});

/** Maps a documented status to the validator of its body; null for a response without a body. */
type ResponseValidators = Map<number, ValidateFunction | null>;

function expectDocumented(
  documented: Map<string, ResponseValidators>,
  name: string,
  status: number,
  text: string,
): void {
  const validate = documented.get(name)?.get(status);
  expect(validate, `${name} responded with ${status} ${text}`).toBeDefined();
  if (!validate) {
    expect(text).toBe('');
    return;
  }
  validate(JSON.parse(text));
  expect(validate.errors ?? []).toEqual([]);
}

function loadOperations(dir: string): Map<string, ResponseValidators> {
  const operations = new Map<string, ResponseValidators>();
  for (const file of readdirSync(dir).filter((name) => name.endsWith('.json'))) {
    const { paths, definitions } = JSON.parse(readFileSync(resolve(dir, file), 'utf8')) as Description;
    for (const [path, methods] of Object.entries(paths)) {
      for (const [method, { responses }] of Object.entries(methods)) {
        operations.set(`${method.toUpperCase()} ${path}`, compileResponses(responses, definitions));
      }
    }
  }
  return operations;
}

function compileResponses(
  responses: Operation['responses'],
  definitions: Description['definitions'],
): ResponseValidators {
  const ajv = new Ajv({ strict: false, allErrors: true });
  ajv.addFormat('int32', { type: 'number', validate: (value) => value === (value | 0) });
  ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?(Z|[+-]\d\d:\d\d)?$/);
  ajv.addFormat('byte', /^[A-Za-z0-9+/]*={0,2}$/);
  const strict = Object.fromEntries(
    Object.entries(definitions).map(([name, schema]) => [name, tighten(schema)]),
  );
  return new Map(
    Object.entries(responses).map(([status, { schema }]) => [
      Number(status),
      schema ? ajv.compile({ definitions: strict, ...tighten(schema) }) : null,
    ]),
  );
}

/**
 * Converts Swagger 2.0 to JSON Schema: every property may be null (Swagger cannot express that), unknown properties
 * are rejected, and `object` without properties allows any value, as in archive rows.
 */
function tighten(schema: Schema): Schema {
  if (schema.$ref !== undefined) return schema;
  if (schema.type === 'array') return { ...schema, items: tighten(schema.items as Schema) };
  if (schema.type !== 'object') return schema;
  if (schema.properties === undefined) {
    const values = schema.additionalProperties;
    return values ? { ...schema, additionalProperties: orNull(values as Schema) } : {};
  }
  const properties = Object.entries(schema.properties as Record<string, Schema>);
  return {
    ...schema,
    properties: Object.fromEntries(properties.map(([name, inner]) => [name, orNull(inner)])),
    additionalProperties: false,
  };
}

function orNull(schema: Schema): Schema {
  return { anyOf: [{ type: 'null' }, tighten(schema)] };
}
