import { createPublicKey, verify } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { TokenDefect } from '../../sandbox/jwt.ts';
import { startSandbox } from '../../sandbox/start-sandbox.ts';
import {
  authenticate,
  decodeJwt,
  get,
  getSystemToken,
  getTokens,
  identity,
  type Jwt,
  openClient,
  postJson,
  premium,
  publishedKeys,
  readJson,
  signIn,
  signSystemToken,
  startReceiver,
  suite,
  systemClient,
  users,
} from './support.ts';

const { sandbox, client } = await openClient();
beforeEach(() => sandbox.control.clearRequests());

const fencing = () => postJson(`${client.url}/Agents/License/GetFencingInfo`, {}, client.headers);
const callControl = (name: string, input: unknown = {}) => postJson(`${sandbox.url}/_control/${name}`, input);

describe('sandbox control API over HTTP', () => {
  it('injects faults and lists requests as the control object does', async () => {
    expect(
      await readJson(await callControl('fail', { operation: 'License.*', with: 500, times: 1 })),
    ).toEqual({});
    expect((await fencing()).status).toBe(500);
    const requests = await readJson<unknown[]>(await callControl('requests'));
    expect(requests).toEqual([
      { operation: 'License.GetFencingInfo', tenantId: premium, status: 500, at: expect.any(Number) },
    ]);
  });

  it.each([
    ['noSuch', {}, 404],
    ['toString', {}, 404],
    ['delay', { ms: -1 }, 400],
    ['fail', { with: 418 }, 400],
    ['approve', { tenant: 'Cust1' }, 400],
    ['setPlan', { tenant: premium, associateId: 101, plan: 'no-such' }, 400],
    ['reset', { unknown: true }, 400],
  ])('rejects the control %s with the input %o', async (name, input, status) => {
    expect((await callControl(name, input)).status).toBe(status);
  });
});

describe('fault injection', () => {
  it.each([401, 403, 429, 500, 503] as const)('responds with %i as often as requested', async (status) => {
    sandbox.control.fail({ operation: 'License.GetFencingInfo', with: status, times: 2 });
    expect([(await fencing()).status, (await fencing()).status, (await fencing()).status]).toEqual([
      status,
      status,
      200,
    ]);
  });

  it('responds with 421, which fetch retries once automatically', async () => {
    sandbox.control.fail({ operation: 'License.GetFencingInfo', with: 421, times: 2 });
    const response = await fencing();
    expect(response.status).toBe(421);
    expect((await readJson(response)).ErrorMessage).toBe('Wrong subdomain used to access tenant');
    expect(sandbox.control.requests().map(({ status }) => status)).toEqual([421, 421]);
  });

  it('responds with 200 and a body that is not a valid response', async () => {
    sandbox.control.fail({ operation: 'License.*', with: 'null', times: 1 });
    expect(await (await fencing()).json()).toBeNull();
    sandbox.control.fail({ operation: 'License.*', with: 'message', times: 1 });
    expect(Object.keys(await readJson(await fencing()))).toEqual(['Message', 'MessageDetail']);
    sandbox.control.fail({ operation: 'License.*', with: 'malformed', times: 1 });
    const broken = await fencing();
    expect(broken.status).toBe(200);
    await expect(broken.json()).rejects.toThrow(SyntaxError);
  });

  it('never responds to a request with the timeout fault', async () => {
    sandbox.control.fail({ operation: 'State', with: 'timeout', times: 1 });
    const url = `${sandbox.url}/api/state/${premium}`;
    await expect(fetch(url, { signal: AbortSignal.timeout(100) })).rejects.toThrow();
    expect((await get(url)).status).toBe(200);
  });

  it('keeps failing one tenant without affecting another', async () => {
    sandbox.control.fail({ tenant: suite, with: 500 });
    expect((await get(`${sandbox.url}/api/state/${suite}`)).status).toBe(500);
    expect((await get(`${sandbox.url}/api/state/${suite}`)).status).toBe(500);
    expect((await get(`${sandbox.url}/api/state/${premium}`)).status).toBe(200);
  });

  it('detects the tenant of a system user exchange from its body', async () => {
    sandbox.control.fail({ operation: 'SystemUser.Authenticate', tenant: premium, with: 503 });
    expect((await authenticate(sandbox, { SignedSystemToken: 'x' })).status).toBe(503);
    expect((await authenticate(sandbox, { SignedSystemToken: 'x', ContextIdentifier: suite })).status).toBe(
      200,
    );
  });

  it('delays a response by the given time', async () => {
    sandbox.control.delay({ operation: 'License.GetFencingInfo', ms: 120 });
    const start = performance.now();
    await fencing();
    expect(performance.now() - start).toBeGreaterThanOrEqual(115);
  });

  it('holds the nth request until it is released and lets the others pass', async () => {
    const { id } = sandbox.control.hold({ operation: 'License.GetFencingInfo', nth: 2 });
    expect((await fencing()).status).toBe(200);
    let hasResponded = false;
    const response = fencing().then((response) => {
      hasResponded = true;
      return response;
    });
    await sandbox.control.whenHeld({ id });
    expect((await fencing()).status).toBe(200);
    expect(hasResponded).toBe(false);
    sandbox.control.release({ id });
    expect((await response).status).toBe(200);
  });

  it('reports over HTTP that a request is on hold', async () => {
    const { id } = await readJson<{ id: number }>(await callControl('hold', { operation: 'State' }));
    const response = get(`${sandbox.url}/api/state/${premium}`);
    expect((await callControl('whenHeld', { id })).status).toBe(200);
    await callControl('release', { id });
    expect((await response).status).toBe(200);
    expect((await callControl('whenHeld', { id })).status).toBe(400);
  });

  it('records requests with their response status and clears the record', async () => {
    await fencing();
    await get(`${client.url}/MDOList`);
    expect(
      sandbox.control.requests().map(({ operation, tenantId, status }) => [operation, tenantId, status]),
    ).toEqual([
      ['License.GetFencingInfo', premium, 200],
      ['MDOList.Names', premium, 401],
    ]);
    sandbox.control.clearRequests();
    expect(sandbox.control.requests()).toEqual([]);
  });
});

describe('user plans', () => {
  const seatsOf = async (name: string) => {
    const license = await client.agent<{
      ExtendedModuleLicenses: { Current: { ModuleName: string }; NumberOfLicensesInUse: number }[];
    }>('License/GetLicenseFromDB', { OwnerName: 'SUPEROFFICE' });
    return license.ExtendedModuleLicenses.find((row) => row.Current.ModuleName === name)
      ?.NumberOfLicensesInUse;
  };

  it('moves a seat when the plan of a user changes', async () => {
    sandbox.control.setPlan({ tenant: premium, associateId: 101, plan: 'ten-service' });
    expect([await seatsOf('ten-sales'), await seatsOf('ten-service')]).toEqual([20, 6]);
    expect([await seatsOf('sale-cal'), await seatsOf('ej-client'), await seatsOf('user')]).toEqual([
      40, 26, 49,
    ]);
    sandbox.control.setPlan({ tenant: premium, associateId: 101, plan: null });
    expect(await seatsOf('user')).toBe(48);
  });

  it('rejects a plan without a free seat', () => {
    const setPlan = () =>
      sandbox.control.setPlan({ tenant: premium, associateId: 101, plan: 'ten-salesservicemarketing' });
    expect(setPlan).toThrow('No seat of ten-salesservicemarketing is free');
    sandbox.control.setPlan({ tenant: premium, associateId: 132, plan: null });
    expect(setPlan).not.toThrow();
  });
});

describe('users who lose their rights', () => {
  it('changes administrator rights, which the next id_token reports', async () => {
    const isAdministrator = async () => {
      const { id_token: token } = await getTokens(sandbox, users.admin);
      return decodeJwt(token).claims[`${identity}is_administrator`];
    };
    expect(await isAdministrator()).toBe('True');
    sandbox.control.setAdministrator({ tenant: premium, associateId: 131, on: false });
    expect(await isAdministrator()).toBe('False');
    sandbox.control.setAdministrator({ tenant: premium, associateId: 131, on: true });
  });

  it('deletes a user, who is then in no list', async () => {
    const listed = async () => {
      const query = '$select=associateDbId&$orderBy=associateDbId asc&$top=100';
      const response = await get(`${client.url}/Archive/AllUsers?${encodeURI(query)}`, client.headers);
      const { value } = await readJson<{ value: { associateDbId: unknown }[] }>(response);
      return value.map(({ associateDbId }) => Number(associateDbId));
    };
    expect(await listed()).toContain(112);
    sandbox.control.deleteUser({ tenant: premium, associateId: 112 });
    expect(await listed()).not.toContain(112);
    expect(() => sandbox.control.deleteUser({ tenant: premium, associateId: 112 })).toThrow('No user 112');
  });
});

describe('state change notifications', () => {
  it('posts a signed token to the endpoint of the app', async () => {
    const app = await startReceiver();
    const other = await startSandbox({ appUrl: app.url });
    expect(await other.control.sendStateChange({ tenant: premium, changeType: 2 })).toEqual({ status: 200 });
    const [call] = app.received;
    expect(call?.url).toBe('/callbacks/state-change');
    const body = JSON.parse(call?.body ?? '');
    expect(body).toMatchObject({ ChangeType: 2, ContextIdentifier: premium, PublicEndpoint: '127.0.0.1' });
    const token = decodeJwt(body.Token);
    expect(token.claims).toMatchObject({ iss: other.url, [`${identity}ctx`]: premium });
    expect(await isSigned(token, other)).toBe(true);
    expect(await isSigned(token)).toBe(false);
    await Promise.all([other.close(), app.close()]);
  });
});

async function isSigned({ header, input, signature }: Jwt, by = sandbox): Promise<boolean> {
  const key = (await publishedKeys(by)).find((row) => row.x5t === header.x5t);
  if (!key) return false;
  return verify('RSA-SHA256', Buffer.from(input), createPublicKey({ key, format: 'jwk' }), signature);
}

describe('defective tokens', () => {
  const nextIdToken = async (defect: TokenDefect) => {
    sandbox.control.corruptNextToken({ kind: 'id-token', defect });
    return decodeJwt((await getTokens(sandbox, users.sales)).id_token);
  };
  const seconds = () => Date.now() / 1000;

  it('affects one token only', async () => {
    const { claims } = await nextIdToken('foreign-issuer');
    expect(claims.iss).toBe('https://login.example');
    expect(decodeJwt((await getTokens(sandbox, users.sales)).id_token).claims.iss).toBe(sandbox.url);
  });

  it.each([
    ['expired', ({ claims }: Jwt) => Number(claims.exp) < seconds() - 300],
    ['not-yet-valid', ({ claims }: Jwt) => Number(claims.nbf) > seconds() + 300],
    ['foreign-audience', ({ claims }: Jwt) => claims.aud !== sandbox.clientId],
    ['foreign-issuer', ({ claims }: Jwt) => claims.iss !== sandbox.url],
    ['other-tenant', ({ claims }: Jwt) => claims[`${identity}ctx`] !== premium],
    ['no-nonce', ({ claims }: Jwt) => claims.nonce === undefined],
  ] as const)('%s yields a validly signed token with a wrong claim', async (defect, isWrong) => {
    const token = await nextIdToken(defect);
    expect(isWrong(token)).toBe(true);
    expect(await isSigned(token)).toBe(true);
  });

  it.each([
    ['foreign-key', 'RS256'],
    ['unknown-key-id', 'RS256'],
    ['tampered', 'RS256'],
    ['hs256', 'HS256'],
    ['none', 'none'],
  ] as const)('%s yields a token with correct claims that no published key signed', async (defect, alg) => {
    const token = await nextIdToken(defect);
    expect(token.header.alg).toBe(alg);
    expect(token.claims).toMatchObject({ iss: sandbox.url, aud: sandbox.clientId, nonce: 'nonce-1' });
    expect(await isSigned(token)).toBe(false);
  });

  it('can affect the JWT of the system user', async () => {
    const signed = signSystemToken(await getSystemToken(sandbox, users.admin), sandbox.privateKeyPem);
    sandbox.control.corruptNextToken({ kind: 'system-user', defect: 'other-tenant' });
    const { Token } = await readJson<{ Token: string }>(
      await authenticate(sandbox, { SignedSystemToken: signed }),
    );
    expect(decodeJwt(Token).claims).toMatchObject({ aud: 'spn:1600065823', [`${identity}ctx`]: suite });
  });
});

describe('signing keys', () => {
  it('signs with the new key after a rotation and still publishes the old one', async () => {
    const before = decodeJwt((await getTokens(sandbox, users.sales)).id_token);
    sandbox.control.rotateKeys();
    const after = decodeJwt((await getTokens(sandbox, users.sales)).id_token);
    expect(after.header.x5t).not.toBe(before.header.x5t);
    expect([await isSigned(before), await isSigned(after)]).toEqual([true, true]);
  });

  it('stops publishing the old key when it is dropped', async () => {
    const before = decodeJwt((await getTokens(sandbox, users.sales)).id_token);
    sandbox.control.rotateKeys({ dropOld: true });
    expect(await isSigned(before)).toBe(false);
    expect(await publishedKeys(sandbox)).toHaveLength(1);
  });
});

describe('reset', () => {
  it('restores the initial state of the sandbox', async () => {
    const cookie = await signIn(sandbox, users.sales);
    await client.agent('List/SaveWebPanelEntity', { Name: 'One' });
    sandbox.control.setTenantState({ tenant: suite, state: 'Suspended' });
    sandbox.control.fail({ with: 500 });
    sandbox.control.setPlan({ tenant: premium, associateId: 101, plan: null });
    sandbox.control.reset();
    expect(sandbox.control.requests()).toEqual([]);
    expect(await readJson(await get(`${sandbox.url}/api/state/${suite}`))).toMatchObject({
      State: 'Running',
    });
    expect((await fencing()).status).toBe(401);
    expect(await (await get(`${sandbox.url}/${premium}/`, cookie)).text()).toContain('<h1>Sign in</h1>');
    const again = await systemClient(sandbox);
    expect(await again.agent('List/GetWebPanelList')).toEqual([]);
  });
});
