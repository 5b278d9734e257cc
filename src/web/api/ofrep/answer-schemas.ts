import { z } from 'zod';
import type { Flag, FlagMetadata, FlagSet } from './flag.ts';

const metadataSchema = z.record(z.string(), z.union([z.boolean(), z.string(), z.number()])).meta({
  description:
    'Why the flag has its value: plan, reason, modules, the smallest upgrade, the age of the license data.',
  examples: [
    { reasonCode: 'user-license-missing', upgradePlan: 'sales-premium', seatsFree: 3, stale: false },
  ],
}) satisfies z.ZodType<FlagMetadata>;

/** An evaluated flag. */
export const flagSchema = z
  .object({
    key: z.string(),
    value: z.union([z.boolean(), z.string()]).exactOptional().meta({
      description: 'Left out if nothing is known: the default of the caller then decides.',
    }),
    variant: z.string(),
    reason: z.enum(['STATIC', 'TARGETING_MATCH', 'DISABLED', 'UNKNOWN']),
    metadata: metadataSchema,
  })
  .meta({ id: 'Flag' }) satisfies z.ZodType<Flag>;

/** All flags of a user. */
export const flagSetSchema = z
  .object({
    flags: z.array(flagSchema),
    metadata: metadataSchema,
    eventStreams: z.array(z.object({ type: z.literal('sse'), url: z.url() })).meta({
      description: 'Where to hear of a change. The address contains a token: do not log it.',
    }),
  })
  .meta({ id: 'FlagSet' }) satisfies z.ZodType<FlagSet>;

const failure = {
  errorCode: z.enum(['PARSE_ERROR', 'TARGETING_KEY_MISSING', 'INVALID_CONTEXT', 'FLAG_NOT_FOUND', 'GENERAL']),
  errorDetails: z.string(),
};

/** A failed evaluation of one flag. */
export const flagFailureSchema = z.object({ key: z.string(), ...failure }).meta({ id: 'FlagFailure' });

/** A failed evaluation of all flags. */
export const flagSetFailureSchema = z.object(failure).meta({ id: 'FlagSetFailure' });
