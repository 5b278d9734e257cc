import type { Request } from 'express';
import { z } from 'zod';
import { AppError } from '../../../errors.ts';
import { type FeatureKey, featureKeys } from '../../../licensing/catalogue/feature-keys.ts';
import { listFieldNames } from '../../rendering/form-parsing.ts';
import type { Language, Languages } from '../../rendering/i18n.ts';
import { languageSchema } from './schemas.ts';

/** More features than the catalogue has are a mistake. */
const maxListLength = 4_000;

const featureListSchema = z
  .string()
  .max(maxListLength)
  .transform((list) => [...new Set(list.split(','))])
  .pipe(z.array(z.enum(featureKeys)));

const languageQuery = {
  lang: languageSchema
    .optional()
    .meta({ description: 'The language of the texts, instead of Accept-Language.' }),
};
const featureList = (description: string) =>
  featureListSchema.optional().meta({ description, examples: ['sales-guide,quote-management'] });

/** The path of a user. */
export const userPathSchema = z.object({
  id: z
    .string()
    .regex(/^\d{1,10}$/)
    .meta({ description: 'The associate id of the user.', examples: ['101'] }),
});

/** The path of a feature of a user. */
export const featurePathSchema = userPathSchema.extend({
  key: z
    .string()
    .max(100)
    .meta({ description: 'The key of the feature.', examples: ['sales-guide'] }),
});

/** The query of a list of features. */
export const featuresQuerySchema = z.object({
  ...languageQuery,
  require: featureList(
    'Keys of features, joined by commas. The answer then says which plans have all of them.',
  ),
});

/** The query of an answer that has only a language. */
export const languageQuerySchema = z.object(languageQuery);

/** The query of the plans. */
export const plansQuerySchema = z.object({
  ...languageQuery,
  features: featureList('Keys of features, joined by commas; without it all.'),
});

/** The query of the list of users. */
export const usersQuerySchema = z.object({
  ...languageQuery,
  features: featureList('Keys of features, joined by commas, whose state each user shall have.'),
  page: z.coerce.number().int().min(1).max(100_000).default(1),
  pageSize: z.coerce.number().int().min(1).max(500).default(100),
});

/** Parses a query or a path. @throws AppError `request-malformed`, naming the parameters that are wrong */
export function parseParameters<T>(schema: z.ZodType<T>, sent: unknown): T {
  const parsed = schema.safeParse(sent);
  if (parsed.success) return parsed.data;
  throw new AppError('request-malformed', { detail: listFieldNames(parsed.error) });
}

/** @throws AppError `api-feature-unknown` */
export function parseFeatureKey(key: string): FeatureKey {
  const feature = featureKeys.find((each) => each === key);
  if (feature === undefined) throw new AppError('api-feature-unknown', { detail: key });
  return feature;
}

/** The language that a request asks for, or else one that its client accepts. */
export function chooseLanguage(languages: Languages, lang: string | undefined, request: Request): Language {
  return languages.choose([lang, ...request.acceptsLanguages()]);
}
