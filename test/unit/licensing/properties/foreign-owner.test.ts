import fc from 'fast-check';
import { describe, it } from 'vitest';
import { planKeys } from '../../../../src/licensing/catalogue/user-plans.ts';
import type { Diagnostic } from '../../../../src/licensing/diagnostics/diagnostic.ts';
import type { EntitlementReport } from '../../../../src/licensing/entitlements/entitlement-report.ts';
import {
  anyGranted,
  anyModule,
  foreignOwner,
  runs,
  someCase,
  timeoutMs,
  today,
} from '../fixtures/arbitraries.ts';
import { entitlementEngine } from '../fixtures/engine.ts';
import { expectSame } from '../fixtures/expect-same.ts';

const foreignGrant = fc.tuple(anyGranted, foreignOwner).map(([each, owner]) => ({ ...each, owner }));
const foreignModule = fc.tuple(anyModule, foreignOwner).map(([each, owner]) => ({ ...each, owner }));

function withoutUnknownModules({ unknownModules, ...rest }: EntitlementReport) {
  return rest;
}

function ownDiagnostics(diagnostics: readonly Diagnostic[]) {
  return diagnostics.filter(({ kind }) => kind !== 'foreign-owner');
}

describe('license of another owner', () => {
  it('a license of another owner changes only the unknown modules, whether granted or purchased', {
    timeout: timeoutMs,
  }, () => {
    fc.assert(
      fc.property(someCase, foreignGrant, foreignModule, ({ tenant, user }, grant, module) => {
        const tenantWithMore = { ...tenant, modules: [module, ...tenant.modules] };
        const userWithMore = { ...user, granted: [grant, ...user.granted] };
        const before = entitlementEngine(tenant, today).report(user);
        const after = entitlementEngine(tenantWithMore, today).report(userWithMore);
        expectSame(withoutUnknownModules(after), withoutUnknownModules(before));
        const named = [grant, module].map(({ owner, name }) => `${owner}.${name}`);
        expectSame(after.unknownModules, [...new Set([...before.unknownModules, ...named])].sort());
      }),
      runs,
    );
  });

  it('a license of another owner changes no what-if, upgrade or diagnostic of SuperOffice licenses', {
    timeout: timeoutMs,
  }, () => {
    const key = fc.constantFrom(...planKeys);
    fc.assert(
      fc.property(someCase, foreignGrant, foreignModule, key, ({ tenant, user }, grant, module, plan) => {
        const before = entitlementEngine(tenant, today);
        const after = entitlementEngine({ ...tenant, modules: [...tenant.modules, module] }, today);
        const userWithMore = { ...user, granted: [...user.granted, grant] };
        expectSame(after.whatIf(userWithMore, plan)?.changes, before.whatIf(user, plan)?.changes);
        expectSame(
          after.upgrades(userWithMore, ['saint', 'mailings']),
          before.upgrades(user, ['saint', 'mailings']),
        );
        expectSame(ownDiagnostics(after.diagnose()), ownDiagnostics(before.diagnose()));
      }),
      runs,
    );
  });
});
