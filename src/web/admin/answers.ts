import type { RequestHandler } from 'express';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { billingPeriods } from '../../plans/billing.ts';
import type { TenantStore } from '../../tenants/tenant-store.ts';
import type { WishStore } from '../../tenants/wish-store.ts';
import { formOf } from '../forms.ts';
import type { Administrators } from '../sign-in/administrators.ts';

const answerSchema = z
  .object({
    id: z.uuid(),
    state: z.enum(['done', 'declined']),
    answer: z.string().trim().max(500).default(''),
  })
  .refine(({ state, answer }) => state === 'done' || answer !== '', { path: ['answer'] });

const contractSchema = z.object({
  start: z.union([z.literal(''), z.iso.date()]),
  period: z.enum(billingPeriods),
});

/** Takes an administrator's answer to a wish of their own tenant. */
export function createAnswerWish(deps: {
  administrators: Administrators;
  wishes: WishStore;
}): RequestHandler {
  return async function answerWish(request, response) {
    const { session, tenant } = await deps.administrators.require(request);
    const { id, ...answer } = formOf(answerSchema, request.body);
    const answered = await deps.wishes.answer(tenant.ctx, id, { ...answer, answeredBy: session.name });
    if (!answered) throw new AppError('wish-answered');
    response.set('Cache-Control', 'no-store').redirect(303, '/admin#wishes');
  };
}

/** Keeps when the contract of the administrator's tenant began and how it is billed; an empty start forgets it. */
export function createSaveContract(deps: {
  administrators: Administrators;
  tenants: TenantStore;
  now: () => number;
}): RequestHandler {
  return async function saveContract(request, response) {
    const { tenant } = await deps.administrators.require(request);
    const { start, period } = formOf(contractSchema, request.body);
    const today = new Date(deps.now()).toISOString().slice(0, 10);
    if (start > today) throw new AppError('form-malformed', { detail: 'start' });
    await deps.tenants.saveContract(tenant.ctx, start === '' ? null : { start, period });
    response.set('Cache-Control', 'no-store').redirect(303, '/admin#contract');
  };
}
