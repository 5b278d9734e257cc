import type { AccessRequest, AccessRequestStore } from '../../src/tenants/access-request-store.ts';

const all = { limit: 1_000, offset: 0 };

/** All access requests of a tenant: the open ones, oldest first, then the resolved ones, newest first. */
export async function listAccessRequests(
  store: AccessRequestStore,
  tenantId: string,
): Promise<readonly AccessRequest[]> {
  const [open, resolved] = await Promise.all([
    store.listOpen(tenantId, { ...all, perSubject: 1_000 }, ''),
    store.listResolved(tenantId, all),
  ]);
  const oldestFirst = open
    .flatMap(({ requests }) => requests)
    .sort((a, b) => a.requestedAt.getTime() - b.requestedAt.getTime());
  return [...oldestFirst, ...resolved];
}
