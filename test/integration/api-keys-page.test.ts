import { beforeEach, describe, expect, it } from 'vitest';
import type { CookieClient, VisitedPage } from '../../sandbox/cookie-client.ts';
import { maxApiKeys } from '../../src/tenants/api-key-store.ts';
import { askForUserToken, browserOrigin, createApiKey } from '../support/api-keys.ts';
import {
  getVisibleText,
  install,
  installedPlanlens,
  signInToCrm,
  submit,
  type TestUser,
  testUsers,
} from '../support/planlens.ts';
import { rowsIn } from '../support/rows.ts';

const { administrator, otherAdministrator, salesPremium } = testUsers;
const { tenantId, associateId } = administrator;
const path = '/admin/api-keys';
const keyPattern = /pl[sp]_[\w-]{43}/g;
const day = 24 * 60 * 60_000;

describe('the page of the API keys', async () => {
  const planlens = await installedPlanlens();
  const { url, services } = planlens;
  const { apiKeys } = services;

  beforeEach(async () => {
    for (const { id, revokedAt } of await apiKeys.list(tenantId))
      if (revokedAt === null) await apiKeys.revoke({ tenantId, associateId }, id);
  });

  const open = async (person: TestUser = administrator) => {
    const client = await signInToCrm(planlens, person);
    return { client, page: await client.get(`${url}${path}?lang=en`) };
  };
  const fields = { name: 'Offer app', kind: 'secret', scope: 'evaluate', lifetime: '90', origins: '' };
  const create = (client: CookieClient, page: VisitedPage, chosen: Record<string, string | string[]> = {}) =>
    submit(client, page, path, { ...fields, intent: 'create', ...chosen }, 'value="create"');
  const inUse = async (of = tenantId) =>
    (await apiKeys.list(of)).filter(({ revokedAt }) => revokedAt === null);
  const keysOn = ({ html }: VisitedPage) => [...new Set(html.match(keyPattern))];
  const stored = async () => {
    const tables = await Promise.all(
      ['api_keys', 'audit_log'].map((table) => rowsIn(String(planlens.environment.DATABASE_URL), table)),
    );
    return JSON.stringify(tables);
  };
  const exported = async (of = tenantId) => {
    let text = '';
    for await (const part of services.exportTenant(of)) text += part;
    return text;
  };

  it('shows a new key once, and it appears nowhere else when it is used, rightly and wrongly', async () => {
    const { client, page } = await open();
    expect(getVisibleText(page.html)).toContain('There are no keys.');
    const created = await create(client, page);
    const [key = ''] = keysOn(created);
    expect(created.status).toBe(200);
    expect(created.headers.get('cache-control')).toBe('no-store');
    expect(created.headers.get('set-cookie') ?? '').not.toContain(key);
    expect(created.url).not.toContain(key);
    expect(getVisibleText(created.html)).toContain('Planlens shows it only this once');
    const [known] = await inUse();
    expect(known).toMatchObject({ name: 'Offer app', kind: 'secret', scopes: ['evaluate'], origins: [] });
    expect(known?.createdByName).toBe('Kari Nygård');
    expect(known?.expiresAt?.getTime()).toBeGreaterThan(planlens.now() + 89 * day);

    const publishableKey = await createApiKey(apiKeys, { kind: 'publishable' });
    const user = salesPremium.associateId;
    const right = await askForUserToken(url, key, { user, publishableKey });
    expect(right.status).toBe(201);
    const { token } = (await right.json()) as { token: string };
    const answers = [
      await askForUserToken(url, `${key}x`, { user, publishableKey }),
      await askForUserToken(url, key, { user, publishableKey: key }),
      await askForUserToken(url, key, { user: key, publishableKey }),
      await askForUserToken(url, key, {}, { origin: browserOrigin }),
      await fetch(`${url}/api/v1/user-tokens?key=${key}`, { headers: { 'x-api-key': key } }),
      await fetch(`${url}/api/v1/${key}`, { headers: { authorization: `Bearer ${key}` } }),
      await askForUserToken(url, token, { user }, { 'x-api-key': publishableKey, origin: browserOrigin }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 400, 400, 403, 405, 404, 403]);
    const shown = [
      ...(await Promise.all(answers.map((each) => each.text()))),
      await stored(),
      await exported(),
    ];
    for (const again of [page.url, `${url}/admin`, `${url}/setup`])
      shown.push((await client.get(again)).html);
    for (const text of [...shown, ...planlens.logged])
      for (const secret of [key, publishableKey, token]) expect(text).not.toContain(secret);
    expect(planlens.logged.join()).toContain(known?.id);
    const [row] = JSON.parse(await exported()).apiKeys;
    expect(row).toMatchObject({ name: 'Offer app', ending: key.slice(-4) });
    expect(row).not.toHaveProperty('key_hash');
  });

  it('creates one key for a form that is sent again, and does not show it again', async () => {
    const { client, page } = await open();
    const [key = ''] = keysOn(await create(client, page));
    const again = await create(client, page);
    expect(key).not.toBe('');
    expect(keysOn(again)).toEqual([]);
    expect(getVisibleText(again.html)).toContain('This form was already sent');
    expect(await inUse()).toHaveLength(1);
  });

  it('revokes a key at once, and lists it as revoked', async () => {
    const { client, page } = await open();
    const created = await create(client, page);
    const [key = ''] = keysOn(created);
    const revoked = await submit(client, created, path, { intent: 'revoke' }, 'value="revoke"');
    expect(getVisibleText(revoked.html)).toContain('The key is revoked.');
    expect(getVisibleText(revoked.html)).toMatch(/Revoked keys Offer app pls_…\S{4} · revoked on/);
    expect((await askForUserToken(url, key, {})).status).toBe(401);
    const events = (await services.audit.latest(tenantId, 2)).map(({ event }) => event);
    expect(events).toMatchObject([
      { event: 'api-key-revoked' },
      { event: 'api-key-created', kind: 'secret' },
    ]);
  });

  it('creates a publishable key for the origins that are typed', async () => {
    const { client, page } = await open();
    const origins = 'https://App.Example.com/\r\nhttps://app.example.com http://localhost:5173';
    const scope = ['evaluate', 'explain'];
    const created = await create(client, page, { kind: 'publishable', scope, origins, lifetime: '0' });
    expect(keysOn(created)[0]).toMatch(/^plp_/);
    expect(await inUse()).toMatchObject([
      {
        kind: 'publishable',
        scopes: scope,
        expiresAt: null,
        origins: ['https://app.example.com', 'http://localhost:5173'],
      },
    ]);
  });

  it.each([
    [{ name: ' ' }, 'Give the key a name'],
    [{ name: 'x'.repeat(61) }, 'The name has 61 characters; at most 60 fit.'],
    [{ scope: [] }, 'Tick what the key is used for.'],
    [{ scope: 'everything' }, 'Tick what the key is used for.'],
    [{ origins: browserOrigin }, 'A secret key works only from a server.'],
    [{ kind: 'publishable' }, 'A publishable key needs the web address of the app'],
    [{ kind: 'publishable', scope: 'export', origins: browserOrigin }, 'Only a secret key can read lists.'],
    ...[
      ...[
        'example.com',
        'https://example.com/path',
        'http://example.com',
        'https://*.example.com',
        'null',
        '*',
      ],
      ...['https://user@example.com', 'https://example.com?x', 'javascript:alert(1)', 'https://'],
    ].map(
      (origin) => [{ kind: 'publishable', origins: origin }, `“${origin}” is not a web address`] as const,
    ),
    [
      {
        kind: 'publishable',
        origins: Array.from({ length: 11 }, (_, each) => `https://a${each}.example`).join('\n'),
      },
      'A key has room for 10 web addresses.',
    ],
  ] as const)('refuses %j and keeps what was typed', async (chosen, message) => {
    const { client, page } = await open();
    const refused = await create(client, page, { ...(chosen as Record<string, string>) });
    expect(refused.status).toBe(400);
    expect(getVisibleText(refused.html)).toContain(message);
    if (!('name' in chosen)) expect(refused.html).toContain('value="Offer app"');
    expect(await inUse()).toEqual([]);
  });

  it('refuses one key too many', async () => {
    for (let count = 0; count < maxApiKeys; count += 1) await createApiKey(apiKeys);
    const { client, page } = await open();
    const refused = await create(client, page);
    expect(getVisibleText(refused.html)).toContain('50 keys are in use');
    expect(await inUse()).toHaveLength(maxApiKeys);
  });

  it('marks keys that have expired or expire soon', async () => {
    const inDays = (days: number) => ({ expiresAt: new Date(planlens.now() + days * day) });
    await createApiKey(apiKeys, { name: 'Gone', ...inDays(-1) });
    await createApiKey(apiKeys, { name: 'Soon', ...inDays(14) });
    await createApiKey(apiKeys, { name: 'Later', ...inDays(15) });
    const { client, page } = await open();
    const { html } = page;
    const marks = [...html.matchAll(/<bdi>(Later|Soon|Gone)<\/bdi>.*?<\/tr>/gs)].map(([row, name]) => [
      name,
      row.includes('Expires soon'),
      row.includes('Expired'),
    ]);
    expect(marks).toEqual([
      ['Later', false, false],
      ['Soon', true, false],
      ['Gone', false, true],
    ]);
    const overview = getVisibleText((await client.get(`${url}/admin?lang=en`)).html);
    expect(overview).toMatch(/The API key Soon expires on/);
    expect(overview).toMatch(/The API key Gone expired on/);
    expect(overview).not.toContain('Later');
  });

  it('concerns only the own tenant', async () => {
    await install(planlens, otherAdministrator);
    const theirs = await createApiKey(apiKeys, { tenantId: otherAdministrator.tenantId, name: 'Theirs' });
    const { client, page } = await open();
    await create(client, page);
    const listed = await client.get(`${url}${path}?lang=en`);
    expect(listed.html).not.toContain('Theirs');
    expect(await exported()).not.toContain('Theirs');
    const { id = '' } = (await apiKeys.findByKey(theirs)) ?? {};
    const refused = await submit(client, listed, path, { intent: 'revoke', id }, 'value="revoke"');
    expect(getVisibleText(refused.html)).not.toContain('The key is revoked.');
    expect((await apiKeys.findByKey(theirs))?.isRevoked).toBe(false);
  });
});
