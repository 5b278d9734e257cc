import { setTimeout as sleep } from 'node:timers/promises';
import { createCookieClient } from '../../sandbox/cookie-client.ts';
import { type Sandbox, startSandbox } from '../../sandbox/start-sandbox.ts';
import { freePort } from '../../test/support/free-port.ts';
import { type BenchDatabase, createEnvironment } from './bench-database.ts';
import type { ServerProcess } from './processes.ts';

/** Starts a sandbox, and makes the environment of an app that uses it with a database of its own. */
export async function prepareApp(benchDatabase: BenchDatabase, databaseName: string) {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const sandbox = await startSandbox({ appUrl: url });
  const environment = await createEnvironment(await benchDatabase.ensureDatabase(databaseName), {
    PORT: String(port),
    PUBLIC_URL: url,
    SUPEROFFICE_LOGIN_URL: sandbox.url,
    SUPEROFFICE_CLIENT_ID: sandbox.clientId,
    SUPEROFFICE_CLIENT_SECRET: sandbox.clientSecret,
    SUPEROFFICE_PRIVATE_KEY: sandbox.privateKeyPem,
  });
  return { url, sandbox, environment };
}

/** Installs the app in a tenant as its administrator does, and waits until the tenant is provisioned. */
export async function install(
  app: ServerProcess,
  sandbox: Sandbox,
  { tenantId, userName }: { readonly tenantId: string; readonly userName: string },
): Promise<void> {
  const cookieClient = createCookieClient();
  await cookieClient.get(`${sandbox.url}/login/as/${userName}?next=/${tenantId}/`);
  const consent = await cookieClient.post(`${app.url}/install`, {});
  const [, next = ''] = /name="next" value="([^"]+)"/.exec(consent.html) ?? [];
  let page = await cookieClient.post(`${sandbox.url}/login/consent`, { next: next.replaceAll('&amp;', '&') });
  while (page.html.includes('data-in-progress')) {
    await sleep(100);
    page = await cookieClient.get(page.url);
  }
}
