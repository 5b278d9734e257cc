import { randomUUID } from 'node:crypto';
import type { ApiKeyStore, NewApiKey } from '../../src/tenants/api-key-store.ts';
import { testUsers } from './planlens.ts';

/** The origin of the browser app in the tests. */
export const browserOrigin = 'https://app.partner.example';

const { tenantId, associateId } = testUsers.administrator;

/** Creates a key of the license API as an administrator does, and returns it. */
export async function createApiKey(
  apiKeys: Pick<ApiKeyStore, 'create'>,
  chosen: Partial<NewApiKey> & { readonly tenantId?: string } = {},
): Promise<string> {
  const { tenantId: ofTenant = tenantId, kind = 'secret', ...others } = chosen;
  const created = await apiKeys.create(
    { tenantId: ofTenant, associateId },
    {
      id: randomUUID(),
      kind,
      name: 'Test',
      scopes: kind === 'secret' ? ['evaluate', 'explain', 'export'] : ['evaluate', 'explain'],
      origins: kind === 'secret' ? [] : [browserOrigin],
      expiresAt: null,
      ...others,
    },
  );
  if (typeof created === 'string') throw new Error(`no key was created: ${created}`);
  return created.key;
}

/** Asks for the token of a user, as the server of a partner does with its secret key. */
export function askForUserToken(
  url: string,
  secretKey: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(`${url}/api/v1/user-tokens`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secretKey}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

/** The token of a user. @throws if the app refuses it */
export async function makeUserToken(
  url: string,
  keys: { readonly secretKey: string; readonly publishableKey: string },
  user: number,
): Promise<string> {
  const response = await askForUserToken(url, keys.secretKey, { user, publishableKey: keys.publishableKey });
  const { token } = (await response.json()) as { token?: string };
  if (token === undefined) throw new Error(`no token: ${response.status}`);
  return token;
}
