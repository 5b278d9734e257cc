import type { z } from 'zod';
import { AppError } from '../errors.ts';

/** What a form holds. @throws AppError `form-malformed`, naming the fields that are wrong; what they held stays unsaid */
export function formOf<T>(schema: z.ZodType<T>, body: unknown): T {
  const form = schema.safeParse(body);
  if (form.success) return form.data;
  const names = form.error.issues.map((issue) => issue.path.join('.'));
  throw new AppError('form-malformed', { detail: names.join(', ') });
}
