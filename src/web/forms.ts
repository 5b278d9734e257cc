import { z } from 'zod';
import { AppError } from '../errors.ts';

/** What somebody typed. Forms send a line end as two characters though fields count one; no database keeps a NUL. */
export const typedText = z
  .string()
  .overwrite((text) => text.replaceAll('\r\n', '\n').replaceAll('\0', '').trim());

/** What a form holds. @throws AppError `form-malformed`, naming the fields that are wrong; what they held stays unsaid */
export function formOf<T>(schema: z.ZodType<T>, body: unknown): T {
  const form = schema.safeParse(body);
  if (form.success) return form.data;
  const names = form.error.issues.map((issue) => issue.path.join('.'));
  throw new AppError('form-malformed', { detail: names.join(', ') });
}
