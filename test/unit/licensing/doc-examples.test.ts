import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import * as nextPlans from '../../../src/licensing/advice/next-plans.ts';
import * as suiteTarget from '../../../src/licensing/advice/suite-target.ts';
import * as suiteTransition from '../../../src/licensing/advice/suite-transition.ts';
import * as visibilityHints from '../../../src/licensing/advice/visibility-hints.ts';
import * as calendarDays from '../../../src/licensing/billing/calendar-days.ts';
import * as billing from '../../../src/licensing/billing/contract.ts';
import * as requirements from '../../../src/licensing/catalogue/requirements.ts';
import * as suiteLimits from '../../../src/licensing/catalogue/suite-limits.ts';
import * as diagnostics from '../../../src/licensing/diagnostics/diagnose-licenses.ts';
import * as engine from '../../../src/licensing/entitlement-engine.ts';
import * as planSeats from '../../../src/licensing/plans/plan-seats.ts';
import * as seatNumbers from '../../../src/licensing/plans/seat-numbers.ts';
import * as suiteLimitStatuses from '../../../src/licensing/plans/suite-limit-statuses.ts';
import * as suiteSeats from '../../../src/licensing/plans/suite-seats.ts';
import { assumptions, entitlementEngine, reportEntitlements, rules } from './fixtures/engine.ts';
import {
  grantedLicense,
  moduleLicense,
  publishedTenant,
  tenantWith,
  userWith,
  userWithPlan,
} from './fixtures/tenants.ts';

const modules = {
  'billing/contract.ts': billing,
  'billing/calendar-days.ts': calendarDays,
  'diagnostics/diagnose-licenses.ts': diagnostics,
  'entitlement-engine.ts': engine,
  'advice/next-plans.ts': nextPlans,
  'plans/plan-seats.ts': planSeats,
  'catalogue/requirements.ts': requirements,
  'catalogue/suite-limits.ts': suiteLimits,
  'plans/seat-numbers.ts': seatNumbers,
  'plans/suite-limit-statuses.ts': suiteLimitStatuses,
  'plans/suite-seats.ts': suiteSeats,
  'advice/suite-target.ts': suiteTarget,
  'advice/suite-transition.ts': suiteTransition,
  'advice/visibility-hints.ts': visibilityHints,
};

const today = '2026-12-01';
const premium = publishedTenant('premium');
const essential = publishedTenant('essential');
const salesEssentialReport = reportEntitlements({
  tenant: essential,
  user: userWithPlan(essential, 'ten-sales'),
  today,
});
const premiumEntitlements = entitlementEngine(premium, today);
const planWithoutTier = { name: 'ten-sales', description: 'Sales', extraFlags: 1 };

/** The values that the examples use without defining them. */
const named = {
  assumptions,
  rules,
  premiumTenant: premium,
  premiumEntitlements,
  salesPremiumUser: userWithPlan(premium, 'ten-sales'),
  salesPremiumPlan: reportEntitlements({ tenant: premium, user: userWithPlan(premium, 'ten-sales'), today })
    .plan,
  servicePremiumUser: { ...userWithPlan(premium, 'ten-service'), associateId: 3457 },
  essentialEntitlements: entitlementEngine(essential, today),
  essentialUser: userWithPlan(essential, 'ten-sales'),
  suiteCoreTenant: publishedTenant('suite-core'),
  suiteCoreEntitlements: entitlementEngine(publishedTenant('suite-core'), today),
  salesEssentialReport,
  salesEssentialPlan: salesEssentialReport.plan,
  marketingPremiumPlan: reportEntitlements({
    tenant: premium,
    user: userWithPlan(premium, 'ten-marketing'),
    today,
  }).plan,
  salesPlanOfUnknownTier: reportEntitlements({
    tenant: tenantWith(moduleLicense({ ...planWithoutTier, scope: 'user' })),
    user: userWith(grantedLicense(planWithoutTier)),
    today,
  }).plan,
};

interface Example {
  readonly about: string;
  readonly call: string;
  readonly result: string;
}

// A doc comment and the function or method that it documents.
const documented = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(?:export function )?(\w+)\(/g;

// An example is a call followed by its result after `// → `; both may span several lines.
function examplesIn(file: string): readonly Example[] {
  const source = readFileSync(new URL(`../../../src/licensing/${file}`, import.meta.url), 'utf8');
  const comments = [...source.matchAll(documented)];
  return comments.flatMap(([, comment = '', about = '']) =>
    comment
      .split('@example')
      .slice(1)
      .map((block) => {
        const lines = block.split('\n').map((line) => line.replace(/^\s*\*? ?/, ''));
        const result = lines.filter((line) => line.startsWith('//'));
        return {
          about,
          call: lines
            .filter((line) => !line.startsWith('//'))
            .join('\n')
            .trim(),
          result: result
            .map((line) => line.replace(/^\/\/( →)?/, ''))
            .join('\n')
            .trim(),
        };
      }),
  );
}

const all = Object.keys(modules).flatMap((file) => examplesIn(file).map((example) => ({ file, ...example })));

describe('examples in doc comments', () => {
  it.each(all)('the example in $file returns its documented result: $call', ({ about, call, result }) => {
    const context = createContext({ ...named, ...Object.assign({}, ...Object.values(modules)) });
    expect(call).toContain(`${about}(`);
    expect(runInContext(`(${call})`, context)).toEqual(runInContext(`(${result})`, context));
  });

  it.each(Object.entries(modules))('every function of %s has an example', (file, exported) => {
    const functions = Object.entries(exported).flatMap(([name, value]) =>
      typeof value === 'function' ? [name] : [],
    );
    expect(functions.length).toBeGreaterThan(0);
    expect(functions.filter((name) => !examplesIn(file).some(({ about }) => about === name))).toEqual([]);
  });

  it('every method of the entitlement engine has an example', () => {
    const about = new Set(examplesIn('entitlement-engine.ts').map((example) => example.about));
    expect([...about].sort()).toEqual(
      ['createEntitlementEngine', ...Object.keys(premiumEntitlements)].sort(),
    );
  });
});
