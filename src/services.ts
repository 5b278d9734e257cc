import { join } from 'node:path';
import { sql } from 'kysely';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import { createDeprovision, type Deprovision } from './lifecycle/deprovision.ts';
import { createProvision, type Provision } from './lifecycle/provision.ts';
import { loadWantedPanels } from './lifecycle/provision-panels.ts';
import { connectSuperOffice, type SuperOffice } from './superoffice/client.ts';
import { readTenantLicenses, readUserLicenses } from './superoffice/licenses.ts';
import { isRefusal, SuperOfficeError } from './superoffice/superoffice-error.ts';
import type { Caller } from './superoffice/web-api.ts';
import { type CallbackInbox, createCallbackInbox, inboxChannel } from './tenants/callback-inbox.ts';
import { type Database, openDatabase } from './tenants/database.ts';
import { createHandOverStore, type HandOverStore } from './tenants/hand-over-store.ts';
import {
  createLicenseSnapshots,
  type LicenseReaders,
  type LicenseSnapshots,
  snapshotAges,
} from './tenants/license-snapshots.ts';
import { listenTo } from './tenants/notices.ts';
import { startPrivatePostgres } from './tenants/private-postgres.ts';
import { createSecretBox } from './tenants/secret-box.ts';
import { createSignInStore, type SignInStore } from './tenants/sign-in-store.ts';
import { createSnapshotStore, snapshotChannel } from './tenants/snapshot-store.ts';
import { createTenantExport, type TenantExport } from './tenants/tenant-export.ts';
import { createTenantStore, type Tenant, type TenantStore } from './tenants/tenant-store.ts';
import { createWebhookStore, type WebhookStore } from './tenants/webhook-store.ts';
import { createWishStore, type WishStore } from './tenants/wish-store.ts';

/** What the web part works with: SuperOffice on one side, what we keep on the other. */
export interface Services {
  readonly superOffice: SuperOffice;
  readonly tenants: TenantStore;
  readonly signIns: SignInStore;
  readonly handOvers: HandOverStore;
  readonly wishes: WishStore;
  readonly licenses: LicenseSnapshots;
  readonly webhooks: WebhookStore;
  readonly inbox: CallbackInbox;
  exportTenant(ctx: string): Promise<TenantExport>;
  /** Tells whenever a callback was kept, by whichever process on this database. */
  onCallback(hear: () => void): void;
  databaseAnswers(): Promise<boolean>;
  /** Ends connections, and the private PostgreSQL if there is one. */
  close(): Promise<void>;
}

/** Opens everything that outlives a request. `now` in ms since 1970. */
export async function openServices(config: Config, log: Logger, now: () => number): Promise<Services> {
  const superOffice = connectSuperOffice({
    ...config.superOffice,
    redirectUri: `${config.publicUrl}/auth/callback`,
    onCall: (call) => log.debug(call, 'called SuperOffice'),
    now,
  });
  // Fetched early so that the first sign-in does not wait; if it fails now, that sign-in tries again.
  superOffice.keys.warm().catch((error: Error) => log.warn({ reason: error.message }, 'no signing keys yet'));

  const { db, url, closeDatabase } = await openConfigured(config.database, log);

  const secrets = createSecretBox(config.encryptionKeys);
  const tenants = createTenantStore({ db, secrets, now });
  const licenses = createLicenseSnapshots({
    store: createSnapshotStore(db),
    read: licenseReaders(superOffice, tenants),
    ages: snapshotAges,
    now,
    onFailed: ({ error, ...about }) =>
      log.warn({ ...about, reason: reasonOf(error) }, 'license data not read or saved'),
  });
  const callbackHearers = new Set<() => void>();
  const channels = {
    [snapshotChannel]: licenses.changedElsewhere,
    [inboxChannel]: () => {
      for (const hear of callbackHearers) hear();
    },
  };
  const notices = listenTo(url, channels, (error) =>
    log.warn({ reason: error.message }, 'no longer listening to other processes'),
  );
  return {
    superOffice,
    tenants,
    signIns: createSignInStore({ db, secrets, now }),
    handOvers: createHandOverStore({ db, now }),
    wishes: createWishStore({ db, now }),
    licenses,
    webhooks: createWebhookStore({ db, secrets, now }),
    inbox: createCallbackInbox({ db, now }),
    exportTenant: createTenantExport({ db }),
    onCallback: (hear) => {
      callbackHearers.add(hear);
    },
    databaseAnswers: () =>
      sql`select 1`.execute(db).then(
        () => true,
        () => false,
      ),
    async close() {
      await notices.close();
      await closeDatabase();
    },
  };
}

/** Setting up in any tenant what `manifest` says, and removing it. */
export function provisioningBy({
  config: { publicUrl },
  services: { superOffice, tenants, webhooks },
  root,
}: {
  config: Config;
  services: Services;
  root: string;
}): { provision: Provision; deprovision: Deprovision } {
  const wantedPanels = loadWantedPanels(join(root, 'manifest', 'web-panels.json'), publicUrl);
  const deps = { webApi: superOffice.webApi, tenants, webhooks, wantedPanels };
  return { provision: createProvision({ ...deps, publicUrl }), deprovision: createDeprovision(deps) };
}

async function openConfigured(
  database: Config['database'],
  log: Logger,
): Promise<{ db: Database; url: string; closeDatabase: () => Promise<void> }> {
  const onConnectionLost = (error: Error) => log.warn({ reason: error.message }, 'database connection lost');
  if ('url' in database) {
    const db = await openDatabase(database.url, onConnectionLost);
    return { db, url: database.url, closeDatabase: () => db.destroy() };
  }
  const postgres = await startPrivatePostgres(database.dataDir);
  log.info({ folder: postgres.folder }, 'private PostgreSQL runs');
  try {
    const db = await openDatabase(postgres.url, onConnectionLost);
    return { db, url: postgres.url, closeDatabase: () => db.destroy().finally(postgres.stop) };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

/** Reads licenses as the system user, until a tenant approves us no more: then nothing more is tried there. */
function licenseReaders({ webApi }: SuperOffice, tenants: TenantStore): LicenseReaders {
  async function reading<T>(tenant: Tenant, read: (caller: Caller) => Promise<T>): Promise<T | null> {
    if (tenant.standing === 'revoked') throw new SuperOfficeError('system-user-refused', 'license data');
    try {
      return await unlessRefused(read(webApi.asSystemUser(tenant)));
    } catch (error) {
      const revoked = error instanceof SuperOfficeError && error.code === 'system-user-refused';
      if (revoked) await tenants.saveStanding(tenant.ctx, 'revoked');
      throw error;
    }
  }

  return {
    tenantLicenses: (tenant) => reading(tenant, readTenantLicenses),
    userLicenses: (tenant, associateId) => reading(tenant, (caller) => readUserLicenses(caller, associateId)),
  };
}

/** Whether a partner app may read licenses is not documented: a refusal is no answer (licences.md section 3). */
async function unlessRefused<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (isRefusal(error)) return null;
    throw error;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown';
}
