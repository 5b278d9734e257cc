import type { Request } from 'express';
import { z } from 'zod';
import { suitePlans } from '../../../licensing/catalogue/suite-plans.ts';
import { planKeys } from '../../../licensing/catalogue/user-plans.ts';
import { isStorableText } from '../../../storable-text.ts';
import { readBody } from '../../middleware/read-body.ts';
import type { AnyPlan } from '../../plan-names.ts';
import { OfrepError } from './ofrep-error.ts';

/** What a request asks: about whom, in which language, and about which plan. Any other field is ignored. */
export interface EvaluationRequest {
  /** An associate id, or a name as the tenant's list of users has it. */
  readonly targetingKey: string;
  /** The tenant that the caller believes to ask about; null if it names none. */
  readonly tenant: string | null;
  /** The language of the texts; null if it names none. */
  readonly language: string | null;
  /** The plan of a question "what if"; null to ask about the plan that the user has. */
  readonly plan: AnyPlan | null;
}

/** A context is small; a page of the caller's own data belongs into no evaluation. */
export const maxBodyBytes = 16 * 1024;
const maxTargetingKeyLength = 200;

const plans = [...planKeys, ...suitePlans] as const;

const contextSchema = z.object({
  targetingKey: z
    .string('targetingKey must be text: the associate id of the user in quotation marks')
    .max(maxTargetingKeyLength, `targetingKey must have at most ${maxTargetingKeyLength} characters`)
    .refine(isStorableText, 'targetingKey contains a character that no name has'),
  tenant: z.string('context.tenant must be text such as "Cust12345"').nullish(),
  lang: z.string().nullish().catch(null),
  plan: z.enum(plans, `context.plan must be one of ${plans.join(', ')}`).nullish(),
});
/** The body of an evaluation request. */
export const bodySchema = z.object({ context: contextSchema });

/** Reads the body of an evaluation request. @throws OfrepError `PARSE_ERROR`; AppError `body-too-large` */
export async function readEvaluationBody(request: Request): Promise<Buffer> {
  if (!isJson(request.headers['content-type']))
    throw new OfrepError('PARSE_ERROR', 'Send the context as JSON, with Content-Type: application/json.');
  return readBody(request, maxBodyBytes);
}

/** Whether the type of a body is JSON. */
export function isJson(contentType: string | undefined): boolean {
  return contentType !== undefined && /^\s*application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(contentType);
}

/** Parses a body. @throws OfrepError `PARSE_ERROR`, `TARGETING_KEY_MISSING`, `INVALID_CONTEXT` */
export function parseEvaluationRequest(text: string): EvaluationRequest {
  const body = parseJson(text);
  const parsed = bodySchema.safeParse(body);
  if (!parsed.success) throw explain(body, parsed.error);
  const { targetingKey, tenant = null, lang: language = null, plan = null } = parsed.data.context;
  const key = targetingKey.trim();
  if (key === '') throw missingKey();
  return { targetingKey: key, tenant, language, plan };
}

function explain(body: unknown, { issues }: z.ZodError): OfrepError {
  const sent = z.object({ context: z.looseObject({}) }).safeParse(body);
  if (!sent.success)
    return new OfrepError('PARSE_ERROR', 'The body must be {"context": {"targetingKey": "…"}}.');
  const { targetingKey } = sent.data.context;
  if (targetingKey === undefined || targetingKey === null) return missingKey();
  return new OfrepError('INVALID_CONTEXT', issues.map(({ message }) => message).join('; '));
}

function missingKey(): OfrepError {
  return new OfrepError('TARGETING_KEY_MISSING', 'Set context.targetingKey to the associate id of the user.');
}

/** @throws OfrepError `PARSE_ERROR` */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new OfrepError('PARSE_ERROR', 'The body is not JSON.');
  }
}
