import { z } from 'zod';
import { confidenceSchema, daySchema, featureKeySchema, planKeySchema, stateSchema } from './schemas.ts';

const solutionSchema = z.enum(['sales', 'service', 'marketing']);
const tierSchema = z.enum(['none', 'essential', 'premium', 'unknown']);
const rowSchema = z.string().meta({ description: 'A row of the plan catalogue.', examples: ['SaP9'] });
const textSchema = z.string().meta({ description: 'The fact in words.' });

/** One fact that the state of a feature rests on. */
export const evidenceSchema = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('module'),
      name: z.string(),
      scope: z.enum(['site', 'user']),
      present: z.boolean(),
      text: textSchema,
    }),
    z.object({
      kind: z.literal('plan'),
      row: rowSchema,
      inclusion: z.enum(['yes', 'no', 'possibly', 'unstated']),
      text: textSchema,
    }),
    z.object({
      kind: z.literal('tier'),
      solution: solutionSchema,
      tier: tierSchema,
      step: z.string().meta({ description: 'The rule that found the tier.' }),
      by: z.string().nullable().meta({ description: 'The module or the description that decided.' }),
      confidence: confidenceSchema,
      against: z.array(z.object({ tier: tierSchema, step: z.string(), by: z.string() })),
      text: textSchema,
    }),
    z.object({
      kind: z.literal('suite-plan'),
      plan: planKeySchema.nullable(),
      from: planKeySchema.nullable().meta({ description: 'The lowest plan with the feature.' }),
      confidence: confidenceSchema,
      text: textSchema,
    }),
    z.object({
      kind: z.literal('suite-limit'),
      limit: z.string(),
      maximum: z.int(),
      confidence: confidenceSchema,
      text: textSchema,
    }),
    z.object({ kind: z.literal('function-right'), name: z.string(), text: textSchema }),
    z.object({
      kind: z.literal('feature'),
      row: rowSchema,
      feature: featureKeySchema,
      state: stateSchema,
      text: textSchema,
    }),
    z.object({
      kind: z.literal('license-expired'),
      module: z.string().nullable().meta({ description: 'Null for the license of the tenant as a whole.' }),
      date: daySchema,
      readOnly: z.boolean(),
      text: textSchema,
    }),
  ])
  .meta({ id: 'Evidence' });

/** What SuperOffice's documentation asks for. */
export const documentationSchema = z
  .object({
    url: z.url(),
    asOf: daySchema.meta({ description: 'The day of the edition that was read.' }),
    statements: z.array(
      z.object({
        source: z.enum(['sentence', 'front-matter', 'plan-list', 'other-page', 'administration-page']),
        anyOf: z.array(z.string()).meta({
          description: 'Plans and add-ons of which one is sufficient; a plan stands for every higher one.',
          examples: [['sales-premium', 'growth']],
        }),
        url: z.url().nullable().meta({ description: 'The page, if it is another one.' }),
        text: textSchema,
      }),
    ),
    conflict: z.boolean().meta({ description: 'Whether statements disagree; the first one counts.' }),
    parts: z.array(z.object({ part: z.string(), anyOf: z.array(z.string()) })).meta({
      description: 'Parts of the feature for which more is needed.',
    }),
    ended: daySchema.nullable().meta({ description: 'The day on which SuperOffice ended the feature.' }),
    notes: z.array(z.string()).meta({ description: 'Conflict, parts and end in words.' }),
  })
  .meta({ id: 'Documentation' });
