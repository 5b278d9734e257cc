import { z } from 'zod';
import { featureKeys } from '../../../licensing/catalogue/feature-keys.ts';
import { languages } from '../../../licensing/catalogue/languages.ts';
import { suitePlans } from '../../../licensing/catalogue/suite-plans.ts';
import { planKeys } from '../../../licensing/catalogue/user-plans.ts';

/** The key of a feature of the catalogue. */
export const featureKeySchema = z.enum(featureKeys).meta({
  id: 'FeatureKey',
  description: 'The key of a feature of the plan catalogue, or of a group of features.',
});

/** The key of a user plan or of a CRM Suite plan. */
export const planKeySchema = z.enum([...planKeys, ...suitePlans]).meta({
  id: 'PlanKey',
  description: 'The key of one of the 26 user plans, or of one of the five plans of CRM Suite.',
});

/** A language of the texts. */
export const languageSchema = z.enum(languages).meta({ id: 'Language' });

/** A calendar day. */
export const daySchema = z.iso.date();

/** The state of a feature: those of the engine, and `lapsed` in a tenant in which nothing counts. */
export const stateSchema = z
  .enum(['enabled', 'view-only', 'hidden-by-role', 'upgrade', 'not-purchased', 'unknown', 'lapsed'])
  .meta({
    id: 'State',
    description:
      'What a user can do with a feature. `view-only`: the user sees it and cannot edit. `hidden-by-role`: it is licensed, ' +
      'but a function right hides its screen. `upgrade`: it is not licensed. `not-purchased`: it belongs to an add-on that ' +
      'the tenant does not have. `unknown`: neither the license data nor the documentation decides it. `lapsed`: nothing ' +
      'counts in this tenant, as `pause` says.',
  });

/** How well a rule is known. */
export const confidenceSchema = z.enum(['documented', 'published', 'inferred', 'none']).meta({
  id: 'Confidence',
  description:
    'How well the rule is known. `documented`: SuperOffice documents the license that decides. `published`: SuperOffice ' +
    'publishes which plans have the feature. `inferred`: concluded from such facts. `none`: unknown.',
});

/** The license model of a tenant. */
const licenseModelSchema = z.enum(['user-plans', 'suite', 'unknown']).meta({
  id: 'LicenseModel',
  description: '`user-plans`: each user has a plan. `suite`: all users share one plan of CRM Suite.',
});

/** A number of seats. */
export const seatCountSchema = z
  .union([z.int(), z.literal(['unlimited', 'by-use'])])
  .nullable()
  .meta({
    id: 'SeatCount',
    description:
      'A number of seats; below 0 if more are in use than purchased. `by-use`: the tenant pays for the seats in use. Null if ' +
      'SuperOffice does not report it.',
  });

/** What every answer says about the tenant and the age of the license data. */
export const tenantSchema = z.object({
  tenant: z.string().meta({ description: 'The tenant of the key.', examples: ['Cust12345'] }),
  licenseModel: licenseModelSchema,
  asOf: z.iso.datetime().nullable().meta({
    description: 'When the license data were read; of several the oldest. Null if there are none.',
  }),
  stale: z.boolean().meta({ description: 'Whether newer data were due and could not be read.' }),
  pause: z
    .enum(['tenant-suspended', 'tenant-deleting', 'tenant-revoked', 'license-expired'])
    .nullable()
    .meta({ description: 'Why nothing counts in the tenant; every feature is then `lapsed`. Usually null.' }),
  language: languageSchema,
});

/** A plan that would add what is asked for. */
export const upgradeSchema = z
  .object({
    plan: planKeySchema,
    label: z.string(),
    steps: z.int().nullable().meta({
      description: 'Tier steps above the plan of the user; null for a plan of CRM Suite.',
    }),
    assumedEssential: z.array(z.enum(['sales', 'service', 'marketing'])).meta({
      description: 'Solutions of which the tier of the user is unknown and was assumed to be Essentials.',
    }),
    action: z.enum(['assign', 'by-use', 'buy', 'ask']).meta({
      description:
        '`assign`: a seat is free. `by-use`: the tenant pays for the seats in use. `buy`: no seat is free, or the plan ' +
        'covers the whole tenant. `ask`: unknown.',
    }),
    seatsFree: z.int().nullable().meta({ description: 'Null if they are not counted or not reported.' }),
  })
  .meta({ id: 'Upgrade' });

/** An upgrade with what else it would change. */
export const advisedUpgradeSchema = upgradeSchema
  .extend({
    alsoEnables: z.array(featureKeySchema).meta({ description: 'What it would add besides.' }),
    disables: z.array(featureKeySchema).meta({
      description: 'What the user would lose, because the plan of today is not documented.',
    }),
  })
  .meta({ id: 'AdvisedUpgrade' });

/** The answer to a request that failed (RFC 9457). */
export const problemSchema = z
  .object({
    type: z.string().meta({
      description: 'Identifies the kind of problem.',
      examples: ['urn:planlens:problem:api-key-invalid'],
    }),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: 'The last part of `type`; stable.' }),
    detail: z.string().optional().meta({ description: 'What was wrong: a parameter, a scope.' }),
    text: z.string().meta({ description: 'What to do, in a language that the client accepts.' }),
    instance: z.string().meta({ description: 'The id of the request in the log.' }),
  })
  .meta({ id: 'Problem' });
