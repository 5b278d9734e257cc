import { z } from 'zod';
import { featureKeySchema, planKeySchema, seatCountSchema, stateSchema, tenantSchema } from './schemas.ts';

const tierSchema = z.enum(['none', 'essential', 'premium']);
const statesByPlan = z.partialRecord(planKeySchema, stateSchema).meta({
  description: 'By the key of the plan, for a user who has this plan and whose role hides nothing.',
});

/** The answer of `GET /api/v1/plans`. */
export const plansAnswerSchema = tenantSchema
  .extend({
    plans: z.array(
      z
        .object({
          key: planKeySchema,
          label: z.string(),
          kind: z.enum(['user-plan', 'suite-plan']),
          isCurrent: z.boolean().meta({ description: 'Whether it is the CRM Suite plan of the tenant.' }),
          tiers: z
            .object({ sales: tierSchema, service: tierSchema, marketing: tierSchema })
            .nullable()
            .meta({ description: 'Null for a plan of CRM Suite.' }),
          limits: z
            .record(z.string(), z.union([z.int(), z.literal('unlimited')]))
            .nullable()
            .meta({ description: 'The published limits of a plan of CRM Suite; null for a user plan.' }),
        })
        .meta({ id: 'Plan' }),
    ),
    features: z.array(
      z
        .object({
          key: featureKeySchema,
          label: z.string(),
          solution: z.enum(['sales', 'service', 'marketing', 'common']),
          isGroup: z.boolean(),
          states: statesByPlan,
        })
        .meta({ id: 'MatrixRow' }),
    ),
  })
  .meta({ id: 'PlansAnswer' });

/** The answer of `GET /api/v1/seats`. */
export const seatsAnswerSchema = tenantSchema
  .extend({
    seats: z.array(
      z
        .object({
          plan: planKeySchema.nullable().meta({ description: 'Null if the plan is not known.' }),
          label: z.string(),
          module: z.string().nullable().meta({ description: 'The module license; null on CRM Suite.' }),
          purchased: seatCountSchema,
          inUse: z.int().nullable(),
          free: seatCountSchema,
        })
        .meta({ id: 'Seats' }),
    ),
    unknownBecause: z
      .string()
      .nullable()
      .meta({
        description: 'The code of the reason why no seats are listed; null if some are.',
        examples: ['license-unknown'],
      }),
    limits: z
      .array(
        z
          .object({
            name: z.string().meta({ examples: ['active-projects'] }),
            maximum: z.union([z.int(), z.literal('unlimited')]),
            active: z.int().nullable().meta({ description: 'Null if SuperOffice does not report it.' }),
            level: z.enum(['below', 'near', 'reached']),
            liftedBy: planKeySchema
              .nullable()
              .meta({ description: 'The smallest plan with a higher limit.' }),
          })
          .meta({ id: 'Limit' }),
      )
      .meta({ description: 'The limits of the CRM Suite plan; empty on user plans.' }),
  })
  .meta({ id: 'SeatsAnswer' });

/** The answer of `GET /api/v1/users`. */
export const usersAnswerSchema = tenantSchema
  .extend({
    users: z.array(
      z
        .object({
          id: z.int().meta({ description: 'The associate id.' }),
          name: z.string(),
          state: z.enum(['can-log-in', 'cannot-log-in', 'waiting', 'retired', 'unknown']),
          plan: z.object({
            key: z.union([planKeySchema, z.literal(['none', 'unknown'])]),
            label: z.string(),
            since: z.iso.datetime().nullable().meta({
              description: 'When a list of users first had this plan; null if the first one did.',
            }),
          }),
          basis: z
            .enum(['licenses', 'plan', 'none'])
            .nullable()
            .meta({
              description:
                'What `features` rest on: the licenses of the user, or only the plan as long as nobody asked about the user. ' +
                'Null without `features`.',
            }),
          features: z.partialRecord(featureKeySchema, stateSchema).nullable().meta({
            description: 'The states of the features that the request names; null without any.',
          }),
        })
        .meta({ id: 'User' }),
    ),
    page: z.int(),
    pageSize: z.int(),
    total: z.int(),
    listedAt: z.iso.datetime().nullable().meta({ description: 'When the list of users was read.' }),
    next: z.url().nullable().meta({ description: 'The next page; null on the last one.' }),
  })
  .meta({ id: 'UsersAnswer' });

/** What the answers contain. */
export type PlansAnswer = z.infer<typeof plansAnswerSchema>;
export type SeatsAnswer = z.infer<typeof seatsAnswerSchema>;
export type UsersAnswer = z.infer<typeof usersAnswerSchema>;
export type TenantAnswer = z.infer<typeof tenantSchema>;
