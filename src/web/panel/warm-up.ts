import { setImmediate } from 'node:timers/promises';
import { knownModules } from '../../licensing/catalogue/known-modules.ts';
import { solutions } from '../../licensing/catalogue/solutions.ts';
import type { EntitlementEngine } from '../../licensing/entitlement-engine.ts';
import { readTenantLicenses, readUserLicenses } from '../../superoffice/api/licenses.ts';
import type { TenantApiClient } from '../../superoffice/api/web-api.ts';
import type { Tenant } from '../../tenants/tenant.ts';
import type { Languages } from '../rendering/i18n.ts';
import { toUtcDay } from '../rendering/timestamps.ts';
import type { Views } from '../rendering/views.ts';
import { withEntitlements } from './panel-context.ts';
import { panelView } from './panel-view.ts';

/** No tenant of SuperOffice has this number. */
const user = { tenantId: 'Cust0', associateId: 1 };
const plans = solutions.map((solution) => `ten-${solution}`);

/**
 * Prints the panel of a made-up user in each language, from responses of a made-up SuperOffice, and sends and stores nothing; its
 * tenant remains among those that the engine keeps in memory. The first run of code takes several times as long as the next: so the
 * first user after a start does not wait for it.
 */
export function createWarmUp(deps: {
  entitlementEngine: EntitlementEngine;
  languages: Languages;
  views: Views;
  /** Ms since 1970. */
  now: () => number;
}): () => Promise<void> {
  const { entitlementEngine, languages, views, now } = deps;
  return async () => {
    const readAt = now();
    const toSnapshot = <T>(content: T) => ({ content, readAt, stale: false, version: 0 });
    const tenantLicenses = toSnapshot(await readTenantLicenses(madeUpApi));
    const userLicenses = toSnapshot(await readUserLicenses(madeUpApi, user.associateId));
    for (const code of languages.codes) {
      const language = languages.choose([code]);
      const context = {
        url: { ...user, language: code, signedInAt: 0, cookieProbe: false, isLoadingShown: false },
        tenant: madeUpTenant,
        session: { ...user, isAdministrator: false, name: '', signedInAt: readAt },
        tenantLicenses,
        userLicenses,
        isFromList: false,
        accessRequests: [],
        openRequests: null,
        language,
        csrfToken: '',
        crmScreenPattern: 'https://localhost/{target}',
        backUrl: '/',
        today: toUtcDay(readAt),
      };
      views('panel', language, panelView(withEntitlements(context, entitlementEngine), {}));
      // Requests come first.
      await setImmediate();
    }
  };
}

const never = new Date(0);
const madeUpTenant: Tenant = {
  tenantId: user.tenantId,
  companyName: '',
  serial: '',
  consentedAt: never,
  provisionedAt: null,
  panels: [],
  contract: null,
  status: 'active',
  provisionedFingerprint: null,
  reconciliation: { at: never, failures: 0, lastError: null, setupStartedAt: null },
  deletion: { reportedAt: null, announcedAt: null },
  leavingSince: null,
  systemToken: () => '',
};

const toModule = (name: string, type: string, extraFlags: number, extraInfo: string) => ({
  OwnerName: 'SUPEROFFICE',
  ModuleName: name,
  ModuleDescription: name,
  LicenseType: type,
  NumberOfLicenses: 2,
  ExtraFlags: extraFlags,
  ExtraInfo: extraInfo,
});

const modules = [
  ...knownModules.map((name) => toModule(name, 'SiteLicense', 0, '')),
  ...solutions.map((solution) => toModule(`${solution}-t1`, 'SiteLicense', 2, '')),
  ...plans.map((plan) => toModule(plan, 'UserLicense', 1, 'set=user,web,t1')),
];
const bodies: Readonly<Record<string, unknown>> = {
  'tenant licenses': {
    Current: { ModuleLicenses: modules },
    ExtendedModuleLicenses: modules.map((current) => ({ Current: current, NumberOfLicensesInUse: 1 })),
  },
  'user licenses': [
    {
      Name: 'SUPEROFFICE',
      RestrictedModuleLicenses: plans.map((name, index) => ({
        Name: name,
        Assigned: index === 0,
        ExtraFlags: 1,
      })),
    },
  ],
};
/** A SuperOffice whose tenant has all modules and a plan for each solution, of which the user has the first. */
const madeUpApi: TenantApiClient = { call: async ({ operation }) => bodies[operation] };
