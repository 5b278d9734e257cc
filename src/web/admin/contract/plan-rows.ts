import { z } from 'zod';
import { suitePlans } from '../../../licensing/catalogue/suite-plans.ts';
import { planKeys } from '../../../licensing/catalogue/user-plans.ts';
import type { AnyPlan } from '../../plan-names.ts';

const anyPlans: readonly AnyPlan[] = [...planKeys, ...suitePlans];

/** The plan of a row; empty in the last row, which may have none. */
export const rowPlan = z.enum(['', ...anyPlans]);

/** A field of each row of a form with one row for each plan; a browser sends a single row without a list. */
export function rowsOf<Item>(item: z.ZodType<Item>) {
  return z.union([item.transform((one) => [one]), z.array(item).max(anyPlans.length + 1)]).default([]);
}
