import { setTimeout as sleep } from 'node:timers/promises';
import { createCookieClient } from '../../sandbox/cookie-client.ts';
import type { Sandbox } from '../../sandbox/start-sandbox.ts';
import type { ServerProcess } from './processes.ts';

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
