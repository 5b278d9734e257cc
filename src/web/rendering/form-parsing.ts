import { z } from 'zod';
import { AppError } from '../../errors.ts';
import { toStorableText } from '../../storable-text.ts';

/** Text of a form field. Forms send a line break as two characters but count one. */
export const typedText = z
  .string()
  .overwrite((text) => toStorableText(text.replaceAll('\r\n', '\n').replaceAll('\0', '').trim()));

/** Lists the invalid fields for a response, without their values, which may be secret. */
export function listFieldNames({ issues }: z.ZodError): string {
  return issues.map(({ path }) => path.join('.')).join(', ');
}

/** Parses the body of a form. @throws AppError `form-malformed`, naming the fields that are wrong */
export function parseForm<T>(schema: z.ZodType<T>, body: unknown): T {
  const form = schema.safeParse(body);
  if (form.success) return form.data;
  throw new AppError('form-malformed', { detail: listFieldNames(form.error) });
}
