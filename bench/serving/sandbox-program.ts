import { largeTenant } from '../../sandbox/large-tenant.ts';
import { startSandbox } from '../../sandbox/start-sandbox.ts';
import type { Tenant, Tenants } from '../../sandbox/tenants.ts';
import '../../sandbox/stop-with-parent.ts';

/** What the benchmark sends: the app as it is registered, and the tenants that are installed. */
const { port, appUrl, credentials, tenantIds, users } = JSON.parse(String(process.env.BENCH_SANDBOX));

await startSandbox({ port, appUrl, credentials, addTenants: withCopies });
process.send?.('ready');

/** Adds tenants that have approved the app, each with the first users of the large tenant. */
function withCopies(tenants: Tenants): Tenants {
  const sample = largeTenant.create(tenants.all());
  const copies = new Map<string, Tenant>(
    tenantIds.map((contextIdentifier: string, index: number) => [
      contextIdentifier,
      {
        ...sample,
        contextIdentifier,
        serialNr: String(1 + index),
        users: sample.users.slice(0, users).map((user) => ({ ...user })),
        approved: true,
      },
    ]),
  );
  return {
    ...tenants,
    find: (contextIdentifier) => copies.get(contextIdentifier) ?? tenants.find(contextIdentifier),
  };
}
