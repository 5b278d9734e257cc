import { z } from 'zod';
import { AppError } from '../../errors.ts';

/** Text of a form field. Forms send a line break as two characters but count one; PostgreSQL stores no NUL. */
export const typedText = z
  .string()
  .overwrite((text) => text.replaceAll('\r\n', '\n').replaceAll('\0', '').trim());

/** The names of the fields that are wrong, for an answer; what they held stays unsaid: it may be a secret. */
export function fieldsOf({ issues }: z.ZodError): string {
  return issues.map(({ path }) => path.join('.')).join(', ');
}

/** Parses the body of a form. @throws AppError `form-malformed`, naming the fields that are wrong */
export function parseForm<T>(schema: z.ZodType<T>, body: unknown): T {
  const form = schema.safeParse(body);
  if (form.success) return form.data;
  throw new AppError('form-malformed', { detail: fieldsOf(form.error) });
}
