import { featureKeys } from '../../src/licensing/catalogue/feature-keys.ts';
import { createEntitlementEngine } from '../../src/licensing/entitlement-engine.ts';
import type { CachedSnapshot } from '../../src/snapshots/stale-if-error-cache.ts';
import { createPageCache } from '../../src/web/panel/page-cache.ts';
import type { PanelContext } from '../../src/web/panel/panel-context.ts';
import { loadLanguages } from '../../src/web/rendering/i18n.ts';
import { loadViews } from '../../src/web/rendering/views.ts';
import { assumptions } from '../../test/unit/licensing/fixtures/engine.ts';
import { publishedTenant, userWithPlan } from '../../test/unit/licensing/fixtures/tenants.ts';
import { createContext, requestAccess } from '../../test/unit/web/panel/panel-contexts.ts';
import { root } from './bench-database.ts';
import { formatTable, round } from './table.ts';

const views = 4_000;
const warmUp = 1_000;
const goalMicroseconds = 600;
const plans = ['ten-sales', 'ten-service', 'ten-salesservicemarketing', 'ten-marketing'];
const firstDay = Date.UTC(2026, 10, 1);
const dayMs = 24 * 60 * 60_000;

/** Makes the context of the n-th view, which no view before had. */
type Change = (context: PanelContext, n: number) => PanelContext;

/** What makes the page of a user print again. */
const changes: Readonly<Record<string, Change>> = {
  'licenses of tenant and user': (context, n) => ({
    ...context,
    tenantLicenses: changed(context.tenantLicenses, n, (content) => ({
      ...content,
      modules: withoutOne(content.modules, n),
    })),
    userLicenses: changed(context.userLicenses, n, (content) => ({
      ...content,
      granted: withoutOne(content.granted, n),
    })),
  }),
  day: (context, n) => ({ ...context, today: new Date(firstDay + n * dayMs).toISOString().slice(0, 10) }),
  'access request': (context, n) => ({
    ...context,
    accessRequests: [requestAccess(`feature:${featureKeys[n % featureKeys.length]}`, { id: String(n) })],
  }),
};

/**
 * Measures the first view of the panel after a change: decisions and printed page, without network, database and
 * compression. Users of four plans see it in six languages in rotation.
 */
export async function viewAfterChange() {
  const pages = createPageCache({
    views: loadViews(root),
    entitlementEngine: createEntitlementEngine(assumptions),
    maxBytes: 1_000_000,
    onRemoval: () => {},
  });
  const contexts = createContexts();
  const figures = Object.entries(changes).map(([change, apply]) => {
    const times: number[] = [];
    for (let n = 0; n < warmUp + views; n += 1) {
      const context = contexts[n % contexts.length];
      if (context === undefined) throw new Error('no context');
      const next = apply(context, n);
      const startedAt = performance.now();
      pages.get(next, {});
      if (n >= warmUp) times.push((performance.now() - startedAt) * 1_000);
    }
    return { change, ...summarize(times) };
  });
  return {
    name: 'First view after a change',
    views,
    goalMicroseconds,
    figures,
    printed: formatTable(
      ['First view after a change of', 'median, µs', 'p99, µs', 'goal, µs'],
      figures.map(({ change, median, p99, met }) => [
        change,
        median,
        p99,
        `at most ${goalMicroseconds}: ${met ? 'met' : 'missed'}`,
      ]),
    ),
  };
}

function createContexts(): readonly PanelContext[] {
  const { codes, choose } = loadLanguages(`${root}locales`);
  const tenant = publishedTenant('premium');
  return codes.flatMap((code) =>
    plans.map((plan) =>
      createContext({ tenant, user: userWithPlan(tenant, plan), language: choose([code]) }),
    ),
  );
}

/** A new version, of objects of its own, as they come from the database. */
function changed<T>(
  snapshot: CachedSnapshot<T> | null,
  version: number,
  change: (content: T) => T,
): CachedSnapshot<T> | null {
  return snapshot && { ...snapshot, version, content: structuredClone(change(snapshot.content)) };
}

function withoutOne<T>(items: readonly T[], n: number): readonly T[] {
  return items.toSpliced(n % items.length, 1);
}

function summarize(times: readonly number[]) {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => round(sorted[Math.floor(sorted.length * share)] ?? Number.NaN);
  const median = at(0.5);
  return { median, p99: at(0.99), met: median <= goalMicroseconds };
}
