import { randomUUID } from 'node:crypto';
import type { Lock } from '../../src/coordination/advisory-locks.ts';
import type { JobQueue } from '../../src/coordination/jobs/job-queue.ts';
import type { SecretBox } from '../../src/crypto/secret-box.ts';
import type { Database } from '../../src/database/database.ts';
import type { TenantLicenses } from '../../src/licensing/licenses/license-data.ts';
import { diffLicenses } from '../../src/licensing/licenses/license-diff.ts';
import { countSeatNumbers } from '../../src/licensing/plans/seat-numbers.ts';
import { createSeatCountStore } from '../../src/snapshots/seat-count-store.ts';
import { createSnapshotStore } from '../../src/snapshots/snapshot-store.ts';
import { createUserStore, type TenantUser } from '../../src/snapshots/user-store.ts';
import { createAccessRequestStore } from '../../src/tenants/access-request-store.ts';
import { createAuditLog } from '../../src/tenants/audit-log.ts';
import { createCallbackIntake } from '../../src/tenants/callback-intake.ts';
import { createPurgeExpired } from '../../src/tenants/retention.ts';
import { createSessionCutoffStore } from '../../src/tenants/session-cutoff-store.ts';
import { createTenantStore } from '../../src/tenants/tenant-store.ts';
import { createTicketStore } from '../../src/tenants/ticket-store.ts';
import { createWebhookStore } from '../../src/tenants/webhook-store.ts';
import { assumptions } from '../../test/unit/licensing/fixtures/engine.ts';
import { publishedTenant, userWithPlan } from '../../test/unit/licensing/fixtures/tenants.ts';

/** What happens in a tenant, as it is assumed for the size of the database. */
export const rates = {
  users: 50,
  /** Users who sign in on a working day, of which a year has 250. */
  signInsPerDay: 10,
  /** Webhook events about users that change what pages show. */
  eventsPerDay: 10,
  /** Users who get another plan. */
  planChangesPerWeek: 1,
  /** Access requests, each answered in the same week. */
  requestsPerWeek: 1,
  /** Users who join, and as many who leave. */
  joinsPerMonth: 1,
  /** Plans of which the number of purchased seats changes. */
  purchasesPerQuarter: 1,
} as const;

const dayMs = 24 * 60 * 60_000;
const days = 365;
const plans = ['ten-sales', 'ten-service', 'ten-salesservicemarketing', 'ten-marketing'];

/** Lets a year pass in tenants, through the stores of the app. */
export async function simulateYear(
  { db, secrets, jobs }: { db: Database; secrets: SecretBox; jobs: Pick<JobQueue, 'enqueue'> },
  tenantIds: readonly string[],
): Promise<void> {
  let at = Date.now() - days * dayMs;
  const store = createStores({ db, secrets, jobs, now: () => at });
  const tenants = tenantIds.map((tenantId): SimulatedTenant => {
    const users = Array.from({ length: rates.users }, (_each, index) => createUser(index + 1));
    return { tenantId, licenses: publishedTenant('premium'), users };
  });
  await Promise.all(tenants.map((tenant) => installTenant(store, tenant, { db, at })));
  for (let day = 0; day <= days; day += 1, at += dayMs)
    await Promise.all(tenants.map((tenant) => passDay(store, tenant, { db, day, at })));
  at -= dayMs;
  for (const tenantId of tenantIds)
    await store.tickets.save(tenantId, { ticket: `7T:${randomUUID()}`, exchangedAt: at });
}

interface SimulatedTenant {
  readonly tenantId: string;
  licenses: TenantLicenses;
  users: TenantUser[];
}

async function installTenant(
  store: Stores,
  { tenantId, licenses, users }: SimulatedTenant,
  { db, at }: { readonly db: Database; readonly at: number },
): Promise<void> {
  await store.tenants.saveConsent({
    tenantId,
    companyName: tenantId,
    serial: '1',
    systemToken: randomUUID(),
    associateId: 1,
  });
  await store.webhooks.findOrCreate(tenantId);
  await store.snapshots.saveTenant(tenantId, { content: licenses, readAt: at }, null, []);
  await saveUsers(store, { tenantId, users, changed: [], at, db });
}

async function passDay(
  store: Stores,
  tenant: SimulatedTenant,
  { db, day, at }: { readonly db: Database; readonly day: number; readonly at: number },
): Promise<void> {
  const { tenantId } = tenant;
  if (day % 91 === 90) tenant.licenses = await purchase(store, { ...tenant, at });
  await store.seatCounts.record(tenantId, { content: tenant.licenses, readAt: at });
  if (day % 30 === 29) tenant.users = [...tenant.users.slice(1), createUser(rates.users + day)];
  if (day % 7 === 6) {
    const [first] = tenant.users.splice(day % rates.users, 1);
    const changed = createUser(first?.associateId ?? 0, plans[day % plans.length]);
    tenant.users.push(changed);
    await saveUsers(store, { tenantId, users: tenant.users, changed: [changed], at, db });
    await answerRequest(store, tenantId, changed.associateId);
  }
  if (day % 7 < 5) await signIn(store, { ...tenant, day, at });
  for (let event = 0; event < rates.eventsPerDay; event += 1) {
    const { associateId = 0 } = tenant.users[(day + event) % tenant.users.length] ?? {};
    await store.callbacks.storeEvent(tenantId, `webhook ${randomUUID()}`, { associateId, deleted: false });
  }
}

/** Deletes what has reached the end of its retention now, as the hourly job does. */
export async function purge(deps: {
  db: Database;
  secrets: SecretBox;
  jobs: Pick<JobQueue, 'enqueue'>;
}): Promise<void> {
  const { callbacks, audit, sessionCutoffs, purgeExpired } = createStores({ ...deps, now: Date.now });
  await callbacks.purgeExpired();
  await audit.purgeExpired();
  await sessionCutoffs.purgeExpired();
  await purgeExpired();
}

type Stores = ReturnType<typeof createStores>;

function createStores(deps: {
  db: Database;
  secrets: SecretBox;
  jobs: Pick<JobQueue, 'enqueue'>;
  now: () => number;
}) {
  return {
    tenants: createTenantStore({ ...deps, deleteJobs: async () => {} }),
    webhooks: createWebhookStore(deps),
    tickets: createTicketStore({ ...deps, locks: (_key, work) => work() }),
    snapshots: createSnapshotStore(deps.db),
    users: createUserStore(deps),
    seatCounts: createSeatCountStore({ ...deps, count: (tenant) => countSeatNumbers(tenant, assumptions) }),
    accessRequests: createAccessRequestStore(deps),
    audit: createAuditLog(deps),
    sessionCutoffs: createSessionCutoffStore(deps),
    callbacks: createCallbackIntake(deps),
    purgeExpired: createPurgeExpired(deps),
  };
}

function createUser(associateId: number, plan = plans[associateId % plans.length]): TenantUser {
  return {
    associateId,
    name: `Firstname Lastname ${associateId}`,
    userPlan: plan ?? '',
    canLogIn: true,
    retired: false,
  };
}

async function saveUsers(
  { users: store }: Stores,
  list: {
    readonly tenantId: string;
    readonly users: readonly TenantUser[];
    readonly changed: readonly TenantUser[];
    readonly at: number;
    readonly db: Database;
  },
): Promise<void> {
  const { tenantId, users, changed, at, db } = list;
  const changes = changed.map(({ associateId, userPlan }) => ({
    associateId,
    change: { kind: 'user-plan', from: 'ten-sales', to: userPlan } as const,
  }));
  const lock: Lock = { transaction: (work) => db.transaction().execute(work) };
  await store.replace(tenantId, users, changes, { readAt: at, isComplete: true }, lock);
}

async function purchase(
  { snapshots }: Stores,
  {
    tenantId,
    licenses,
    at,
  }: { readonly tenantId: string; readonly licenses: TenantLicenses; readonly at: number },
): Promise<TenantLicenses> {
  const after = {
    ...licenses,
    modules: licenses.modules.map((module) =>
      module.name === 'ten-sales' ? { ...module, purchased: module.purchased + 1 } : module,
    ),
  };
  const previous = await snapshots.latest<TenantLicenses>(tenantId);
  await snapshots.saveTenant(
    tenantId,
    { content: after, readAt: at },
    previous,
    diffLicenses(licenses, after),
  );
  return after;
}

/** Some users sign in and, each day others, and open their panel. */
async function signIn(
  { audit, sessionCutoffs, snapshots }: Stores,
  today: {
    readonly tenantId: string;
    readonly licenses: TenantLicenses;
    readonly users: readonly TenantUser[];
    readonly day: number;
    readonly at: number;
  },
): Promise<void> {
  const { tenantId, licenses, users, day, at } = today;
  for (let turn = 0; turn < rates.signInsPerDay; turn += 1) {
    const user = users[(day * rates.signInsPerDay + turn) % users.length];
    if (user === undefined) continue;
    const { associateId } = user;
    await audit.write(
      { tenantId, associateId, address: '203.0.113.7' },
      { event: 'signed-in', isAdministrator: false },
    );
    await sessionCutoffs.recordSignIn(tenantId, associateId);
    const content = {
      ...userWithPlan(licenses, user.userPlan),
      associateId,
      functionRights: ['hide-project'],
    };
    await snapshots.saveUser(tenantId, { content, readAt: at }, { associateId, knownBy: 'sign-in' });
  }
}

async function answerRequest(
  { accessRequests, audit }: Stores,
  tenantId: string,
  associateId: number,
): Promise<void> {
  const subject = 'feature:mailings';
  await accessRequests.submit(tenantId, {
    associateId,
    subject,
    requestedBy: `Firstname Lastname ${associateId}`,
    reason: 'I take over the newsletter of the Nordic team in March.',
  });
  await audit.write(
    { tenantId, associateId, address: '203.0.113.7' },
    { event: 'access-request-submitted', subject },
  );
  const open = await accessRequests.list(tenantId, { limit: 1, offset: 0 });
  const resolvedBy = { associateId: 1, name: 'Firstname Lastname 1' };
  const ids = open.map(({ id }) => id);
  await accessRequests.resolve(tenantId, ids, { state: 'fulfilled', comment: 'From Monday on.', resolvedBy });
  for (const accessRequest of ids)
    await audit.write(
      { tenantId, associateId: 1, address: '203.0.113.7' },
      { event: 'access-request-resolved', accessRequest, state: 'fulfilled' },
    );
}
