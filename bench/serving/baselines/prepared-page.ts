import { join } from 'node:path';
import { keyringSchema } from '../../../src/crypto/keyring.ts';
import { createSecretBox } from '../../../src/crypto/secret-box.ts';
import { openDatabase } from '../../../src/database/database.ts';
import type { TenantLicenses, UserLicenses } from '../../../src/licensing/licenses/license-data.ts';
import { createSnapshotStore } from '../../../src/snapshots/snapshot-store.ts';
import { createTenantStore } from '../../../src/tenants/tenant-store.ts';
import { panelView } from '../../../src/web/panel/panel-view.ts';
import { loadLanguages } from '../../../src/web/rendering/i18n.ts';
import { toUtcDay } from '../../../src/web/rendering/timestamps.ts';
import { loadViews } from '../../../src/web/rendering/views.ts';
import type { Session } from '../../../src/web/sign-in/session.ts';
import { sessionsOf } from '../../../test/support/session-cookie.ts';
import { entitlementEngine } from '../../../test/unit/licensing/fixtures/engine.ts';
import { root } from '../bench-database.ts';
import { createIsSignedIn } from './session-check.ts';

/** The minimal work of a baseline server: verify the session and render a page from prepared values. */
export interface PreparedPage {
  /** Whether the cookies contain a valid session of the app. */
  isSignedIn(cookies: string | undefined): boolean;
  /** Renders the page with the app's compiled templates. */
  render(): string;
}

/** Prepares the panel of the first user of the first tenant, from the database of the environment. */
export async function preparePage(environment: NodeJS.ProcessEnv, tenantId: string): Promise<PreparedPage> {
  const db = await openDatabase(String(environment.DATABASE_URL), () => {});
  const now = Date.now;
  const tenants = createTenantStore({
    db,
    secrets: createSecretBox(keyringSchema.parse(environment.ENCRYPTION_KEYS)),
    deleteJobs: async () => {},
    now,
  });
  const snapshots = createSnapshotStore(db);
  const loadSnapshot = async <T>(associateId?: number) => {
    const snapshot = await snapshots.latest<T>(tenantId, associateId);
    if (snapshot === null) throw new Error('the database has no license data');
    return { ...snapshot, stale: false, version: 1 };
  };
  const tenant = await tenants.find(tenantId);
  if (tenant === null) throw new Error('the database has no tenant');
  const tenantLicenses = await loadSnapshot<TenantLicenses>();
  const userLicenses = await loadSnapshot<UserLicenses>(1);
  await db.destroy();

  const session: Session = {
    tenantId,
    associateId: 1,
    isAdministrator: false,
    name: '',
    signedInAt: now(),
  };
  const language = loadLanguages(join(root, 'locales')).choose(['en']);
  const today = toUtcDay(now());
  const tenantEntitlements = entitlementEngine(tenantLicenses.content, today);
  const views = loadViews(root);
  const view = panelView(
    {
      url: {
        tenantId,
        associateId: 1,
        language: 'en',
        signedInAt: 0,
        cookieProbe: false,
        isLoadingShown: false,
      },
      tenant,
      session,
      tenantLicenses,
      userLicenses,
      isFromList: false,
      tenantEntitlements,
      report: tenantEntitlements.report(userLicenses.content),
      openRequests: null,
      accessRequests: [],
      language,
      csrfToken: sessionsOf(environment).csrfToken(session),
      crmScreenPattern: `${environment.SUPEROFFICE_LOGIN_URL}/${tenantId}/default.aspx?{target}`,
      backUrl: '/panel',
      today,
    },
    {},
  );
  return {
    isSignedIn: createIsSignedIn(environment, tenantId),
    render: () => views('panel', language, view),
  };
}
