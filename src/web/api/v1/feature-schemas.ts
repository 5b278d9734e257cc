import { z } from 'zod';
import { documentationSchema, evidenceSchema } from './evidence-schemas.ts';
import {
  advisedUpgradeSchema,
  confidenceSchema,
  daySchema,
  featureKeySchema,
  planKeySchema,
  stateSchema,
  tenantSchema,
  upgradeSchema,
} from './schemas.ts';

const decided = {
  label: z.string(),
  state: stateSchema,
  enabled: z.boolean().nullable().meta({
    description: 'Whether the state is `enabled`; null if it is unknown. Do not read null as false.',
  }),
  reason: z
    .string()
    .meta({ description: 'The code of the reason; stable.', examples: ['user-license-missing'] }),
  reasonText: z.string(),
};

/** A feature of the catalogue, decided for one user. */
export const featureSchema = z
  .object({
    key: featureKeySchema,
    row: z.string().meta({ description: 'The row of the plan catalogue.', examples: ['SaP9'] }),
    isGroup: z.boolean().meta({ description: 'Whether it takes its state from the features in it.' }),
    ...decided,
    confidence: confidenceSchema,
    evidence: z.array(evidenceSchema),
    documentation: documentationSchema.nullable(),
    upgrades: z
      .array(upgradeSchema)
      .meta({ description: 'The smallest plan changes, fewest tier steps first.' }),
  })
  .meta({ id: 'Feature' });

const addOnSchema = z
  .object({
    key: z.string(),
    ...decided,
    module: z.string().nullable().meta({ description: 'The site license that enables it.' }),
    documentation: documentationSchema,
  })
  .meta({ id: 'AddOn' });

const newerFeatureSchema = z
  .object({ key: z.string(), ...decided, documentation: documentationSchema })
  .meta({
    id: 'NewerFeature',
    description: 'A feature that is documented, but in no row of the plan catalogue.',
  });

const adviceSchema = z
  .object({
    upgrades: z.array(advisedUpgradeSchema).meta({
      description: 'The smallest plan changes that add all of `adds`.',
    }),
    adds: z.array(featureKeySchema),
    alreadyEnabled: z.array(featureKeySchema).meta({ description: 'Includes those that a role hides.' }),
    undetermined: z.array(featureKeySchema).meta({
      description: 'Whose state is unknown, or which no known plan change adds.',
    }),
  })
  .meta({ id: 'Advice' });

const noticeSchema = z
  .object({
    kind: z.enum(['license-expires-soon', 'license-expired', 'license-read-only']),
    date: daySchema,
    graceDate: daySchema.nullable(),
  })
  .meta({ id: 'LicenseNotice' });

const userSchema = tenantSchema.extend({
  user: z.object({ id: z.int().meta({ description: 'The associate id.' }) }),
  plan: z
    .object({
      kind: z.enum(['user-plan', 'old-plan', 'undocumented-plan', 'no-plan', 'suite', 'unknown']),
      key: planKeySchema.nullable(),
      label: z.string(),
    })
    .meta({ id: 'AssignedPlan', description: 'The plan of the user.' }),
  notices: z.array(noticeSchema),
});

/** The answer of `GET /api/v1/users/{id}/features`. */
export const featuresAnswerSchema = userSchema
  .extend({
    features: z.array(featureSchema),
    addOns: z.array(addOnSchema),
    newerFeatures: z.array(newerFeatureSchema),
    advice: adviceSchema.nullable().meta({ description: 'For the features of `require`; null without it.' }),
  })
  .meta({ id: 'FeaturesAnswer' });

/** The answer of `GET /api/v1/users/{id}/features/{key}`. */
export const featureAnswerSchema = userSchema
  .extend({
    feature: featureSchema
      .extend({
        upgrades: z.array(advisedUpgradeSchema).meta({
          description: 'The smallest plan changes; of a group, those that add all its features.',
        }),
        visibilityHints: z
          .array(z.object({ key: z.string(), right: z.string().nullable(), text: z.string() }))
          .meta({ description: 'Rights and settings that can hide it although it is licensed.' }),
      })
      .meta({ id: 'ExplainedFeature' }),
  })
  .meta({ id: 'FeatureAnswer' });

/** What the answers contain. */
export type FeaturesAnswer = z.infer<typeof featuresAnswerSchema>;
export type FeatureAnswer = z.infer<typeof featureAnswerSchema>;
export type UserAnswer = z.infer<typeof userSchema>;
export type DecidedFeature = z.infer<typeof featureSchema>;
export type Advice = z.infer<typeof adviceSchema>;
