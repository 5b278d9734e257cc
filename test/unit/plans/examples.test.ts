import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import * as billing from '../../../src/plans/billing.ts';
import * as calendarDays from '../../../src/plans/calendar-days.ts';
import { reportPlan } from '../../../src/plans/plan-report.ts';
import * as suiteLimits from '../../../src/plans/suite-limits.ts';
import * as suiteSeats from '../../../src/plans/suite-seats.ts';
import * as suiteTarget from '../../../src/plans/suite-target.ts';
import * as suiteTransition from '../../../src/plans/suite-transition.ts';
import {
  grantedLicense,
  holderOf,
  moduleLicense,
  publishedTenant,
  tenantWith,
  userWith,
} from './fixtures/tenants.ts';

const modules = {
  'billing.ts': billing,
  'calendar-days.ts': calendarDays,
  'suite-limits.ts': suiteLimits,
  'suite-seats.ts': suiteSeats,
  'suite-target.ts': suiteTarget,
  'suite-transition.ts': suiteTransition,
};

const today = '2026-12-01';
const premium = publishedTenant('premium');
const essential = publishedTenant('essential');
const salesEssentialReport = reportPlan({ tenant: essential, user: holderOf(essential, 'ten-sales'), today });
const bare = { name: 'ten-sales', description: 'Sales', extraFlags: 1 };

/** What the examples name without saying what it is. */
const named = {
  suiteCoreTenant: publishedTenant('suite-core'),
  salesEssentialReport,
  salesEssentialUser: salesEssentialReport.plan,
  marketingPremiumUser: reportPlan({ tenant: premium, user: holderOf(premium, 'ten-marketing'), today }).plan,
  salesUserOfUnknownTier: reportPlan({
    tenant: tenantWith(moduleLicense({ ...bare, scope: 'user' })),
    user: userWith(grantedLicense(bare)),
    today,
  }).plan,
};

interface Example {
  readonly about: string;
  readonly call: string;
  readonly result: string;
}

// An example is a call, then its result behind `// → `, both over one line or several.
function examplesIn(file: string): readonly Example[] {
  const source = readFileSync(new URL(`../../../src/plans/${file}`, import.meta.url), 'utf8');
  const comments = [...source.matchAll(/\/\*\*([\s\S]*?)\*\/\s*export function (\w+)/g)];
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

describe('the examples in the doc comments', () => {
  it.each(all)('$file: $call', ({ about, call, result }) => {
    const context = createContext({ ...named, ...Object.assign({}, ...Object.values(modules)) });
    expect(call).toContain(`${about}(`);
    expect(runInContext(`(${call})`, context)).toEqual(runInContext(`(${result})`, context));
  });

  it.each(Object.entries(modules))('every function of %s has one', (file, exported) => {
    const functions = Object.entries(exported).flatMap(([name, value]) =>
      typeof value === 'function' ? [name] : [],
    );
    expect([...new Set(examplesIn(file).map(({ about }) => about))].sort()).toEqual(functions.sort());
  });
});
