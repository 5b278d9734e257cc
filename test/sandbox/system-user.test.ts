import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  authenticate,
  decodeJwt,
  essential,
  get,
  getSystemToken,
  getTicket,
  identity,
  openSandbox,
  postJson,
  premium,
  publishedKeys,
  readJson,
  signSystemToken,
  startWithClock,
  users,
} from './support.ts';

const { sandbox } = await openSandbox();
let token: string;

beforeEach(async () => {
  sandbox.control.approve({ tenant: premium });
  token = await getSystemToken(sandbox, users.admin);
});

const minute = 60_000;
const readRefusal = async (response: Response) => {
  const body = await readJson(response);
  expect([response.status, body.IsSuccessful, body.Token]).toEqual([200, false, null]);
  return String(body.ErrorMessage).replace('Authorization error: ', '');
};

describe('sandbox system user token exchange', () => {
  it('issues a JWT with system user claims, signed with the id_token key', async () => {
    const response = await authenticate(sandbox, {
      SignedSystemToken: signSystemToken(token, sandbox.privateKeyPem),
    });
    const body = await readJson<{ Token: string }>(response);
    expect(body).toEqual({ IsSuccessful: true, Token: expect.any(String), ErrorMessage: null });
    const { header, claims, input, signature } = decodeJwt(body.Token);
    const [key = {}] = await publishedKeys(sandbox);
    expect(header.x5t).toBe(key.x5t);
    const publicKey = createPublicKey({ key, format: 'jwk' });
    expect(verify('RSA-SHA256', Buffer.from(input), publicKey, signature)).toBe(true);
    expect(claims).toEqual({
      iss: 'SuperOffice AS',
      aud: 'spn:1010000014',
      nbf: expect.any(Number),
      exp: Number(claims.nbf) + 360,
      [`${identity}ticket`]: expect.any(String),
      [`${identity}serial`]: '1010000014',
      [`${identity}ctx`]: premium,
      [`${identity}webapi_url`]: `${sandbox.url}/${premium}/api/`,
    });
  });

  it('issues a ticket in the documented format', async () => {
    const ticket = await getTicket(sandbox);
    expect(ticket).toMatch(/^7T:/);
    const text = Buffer.from(ticket.slice(3), 'base64').toString('utf16le');
    expect(text).toMatch(/^[0-9a-f]{32};\d+;Cust20001$/);
  });

  it('rejects a signature by another key', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const response = await authenticate(sandbox, { SignedSystemToken: signSystemToken(token, pem) });
    expect(await readRefusal(response)).toBe('InvalidSignature (7)');
  });

  it.each(['', 'no-dots', 'a.b.c', 'Planlens-x.202601010000.!!!'])(
    'rejects a malformed signed system token: %j',
    async (text) => {
      expect(await readRefusal(await authenticate(sandbox, { SignedSystemToken: text }))).toBe(
        'InvalidSignature (7)',
      );
    },
  );

  it('rejects a signature that was moved to another timestamp', async () => {
    const signed = signSystemToken(token, sandbox.privateKeyPem, Date.now() - minute);
    const now = new Date().toISOString().replaceAll(/\D/g, '').slice(0, 12);
    const moved = signed.replace(/\.\d{12}\./, `.${now}.`);
    expect(await readRefusal(await authenticate(sandbox, { SignedSystemToken: moved }))).toBe(
      'InvalidSignature (7)',
    );
  });

  it.each([
    [-17, false],
    [-14, true],
    [14, true],
    [17, false],
  ])('checks a timestamp that is %i minutes off (accepted: %s)', async (minutes, accepted) => {
    const signed = signSystemToken(token, sandbox.privateKeyPem, Date.now() + minutes * minute);
    const response = await authenticate(sandbox, { SignedSystemToken: signed });
    if (accepted) expect((await readJson(response)).IsSuccessful).toBe(true);
    else expect(await readRefusal(response)).toBe('InvalidTimestamp (6)');
  });

  it.each([
    ['a wrong client secret', { ApplicationToken: 'wrong' }],
    ['an unknown tenant', { ContextIdentifier: 'Cust1' }],
    ['the token of another tenant', { ContextIdentifier: essential }],
  ])('rejects %s with Denied', async (_, wrong) => {
    sandbox.control.approve({ tenant: essential });
    const signed = signSystemToken(token, sandbox.privateKeyPem);
    expect(await readRefusal(await authenticate(sandbox, { SignedSystemToken: signed, ...wrong }))).toBe(
      'Denied (4)',
    );
  });

  it('rejects a tenant that revoked its consent', async () => {
    sandbox.control.revoke({ tenant: premium });
    const signed = signSystemToken(token, sandbox.privateKeyPem);
    expect(await readRefusal(await authenticate(sandbox, { SignedSystemToken: signed }))).toBe('Revoked (1)');
  });

  it('answers 400 to a malformed request and to an unsupported token type', async () => {
    const url = `${sandbox.url}/Login/api/PartnerSystemUser/Authenticate`;
    expect((await postJson(url, { SignedSystemToken: 'x' })).status).toBe(400);
    expect((await authenticate(sandbox, { SignedSystemToken: 'x', ReturnTokenType: 'Saml' })).status).toBe(
      400,
    );
  });
});

describe('sandbox ticket', () => {
  const status = async (ticket: string, at = sandbox) => {
    const headers = { Authorization: `SOTicket ${ticket}`, 'SO-AppToken': at.clientSecret };
    return (await get(`${at.url}/${premium}/api/v1/MDOList`, headers)).status;
  };

  it('expires six hours after its last use', async () => {
    const { sandbox: other, advance } = await startWithClock();
    const ticket = await getTicket(other);
    advance(359 * minute);
    expect(await status(ticket, other)).toBe(200);
    advance(359 * minute);
    expect(await status(ticket, other)).toBe(200);
    advance(361 * minute);
    expect(await status(ticket, other)).toBe(401);
    await other.close();
  });

  it('expires when tickets are expired or consent is revoked', async () => {
    const first = await getTicket(sandbox);
    sandbox.control.expireTickets({ tenant: essential });
    expect(await status(first)).toBe(200);
    sandbox.control.expireTickets();
    expect(await status(first)).toBe(401);
    const second = await getTicket(sandbox);
    sandbox.control.revoke({ tenant: premium });
    expect(await status(second)).toBe(401);
  });
});
