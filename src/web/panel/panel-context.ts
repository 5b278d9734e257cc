import type { Request } from 'express';
import { AppError } from '../../errors.ts';
import type { LicenseEngine, TenantPlans } from '../../licensing/entitlement-engine.ts';
import type { PlanReport } from '../../licensing/entitlements/entitlement-report.ts';
import type { TenantLicenses, UserLicenses } from '../../licensing/licenses/license-data.ts';
import type { LicenseSnapshots } from '../../snapshots/license-snapshots.ts';
import type { DatedSnapshot } from '../../snapshots/stale-if-error-cache.ts';
import type { Wish, WishStore } from '../../tenants/access-request-store.ts';
import type { Tenant, TenantStore } from '../../tenants/tenant-store.ts';
import { type PanelAddress, panelAddressOf } from '../links.ts';
import type { Language, Languages } from '../rendering/i18n.ts';
import { dayOf } from '../rendering/timestamps.ts';
import type { Session, Sessions } from '../sign-in/session.ts';

/** Who opened a panel, as far as it is proven. */
export interface Reader {
  readonly address: PanelAddress;
  readonly tenant: Tenant;
  /** Null where nobody is signed in, or another user or another tenant's than the address tells. */
  readonly session: Session | null;
}

/** A signed-in user's panel: who is it, of which tenant, what did they buy, what does that allow. */
export interface Visit {
  readonly address: PanelAddress;
  readonly tenant: Tenant;
  readonly session: Session;
  /** What the tenant bought and what the user holds; null where SuperOffice refused to tell. */
  readonly bought: DatedSnapshot<TenantLicenses> | null;
  readonly held: DatedSnapshot<UserLicenses> | null;
  readonly plans: TenantPlans;
  readonly report: PlanReport;
  /** The user's last wish for each subject. */
  readonly wishes: readonly Wish[];
  readonly language: Language;
  readonly csrfToken: string;
  /** The day the panel was opened, `YYYY-MM-DD`, of UTC. */
  readonly today: string;
}

export interface Visits {
  /** @throws AppError `panel-address-malformed`, `tenant-not-installed` */
  reader(request: Request): Promise<Reader>;
  /** @throws AppError as `reader`, and `session-required` without the reader's own session */
  open(request: Request, reader?: Reader): Promise<Visit>;
}

/** Opens panels. The address is a hint: a session of another tenant or user is never used for it (auth.md rule 13). */
export function createVisits(deps: {
  tenants: TenantStore;
  sessions: Sessions;
  licenses: LicenseSnapshots;
  wishes: WishStore;
  licenseEngine: LicenseEngine;
  languages: Languages;
  now: () => number;
}): Visits {
  const { tenants, sessions, licenses, wishes, licenseEngine, languages, now } = deps;

  async function readerOf(request: Request): Promise<Reader> {
    const address = panelAddressOf(request);
    const tenant = await tenants.remembered(address.ctx);
    if (tenant === null) throw new AppError('tenant-not-installed', { detail: address.ctx });
    const session = sessions.read(request);
    const own = session?.ctx === address.ctx && session.associateId === address.associateId;
    request.log.know({ ctx: address.ctx, ...(own && { associateId: address.associateId }) });
    return { address, tenant, session: own ? session : null };
  }

  return {
    reader: readerOf,

    async open(request, reader) {
      const { address, tenant, session } = reader ?? (await readerOf(request));
      if (session === null) throw new AppError('session-required');
      const [bought, held, wished] = await Promise.all([
        licenses.ofTenant(tenant),
        licenses.ofUser(tenant, session.associateId),
        wishes.lastOfUser(tenant.ctx, session.associateId),
      ]);
      const today = dayOf(now());
      // Only when asked for: a page that is kept needs nothing decided.
      const plans = once(() => licenseEngine(bought?.content ?? null, today));
      const report = once(() => plans().report(held?.content ?? null));
      return {
        address,
        tenant,
        session,
        bought,
        held,
        get plans() {
          return plans();
        },
        get report() {
          return report();
        },
        wishes: wished,
        language: languages.choose([address.language, ...request.acceptsLanguages()]),
        csrfToken: sessions.csrfToken(session),
        today,
      };
    },
  };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
