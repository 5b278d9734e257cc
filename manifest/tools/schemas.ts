import { z } from 'zod';
import { webhookSchema, webPanelsSchema } from '../../src/lifecycle/provisioning/desired-state.ts';
import { vendorSchema } from '../../src/web/rendering/vendor.ts';

/** Characters that a name must not contain (docs/superoffice/panels-and-marketplace.md#13-app-store-listing). */
const forbiddenInNames = /[.:;?*~#%|=\\/{}<>'"]/;
const name = z
  .string()
  .min(1)
  .max(64)
  .refine((text) => !forbiddenInNames.test(text), 'has a character that is not allowed in names');
const limitWords = (max: number) =>
  z
    .string()
    .min(1)
    .refine((text) => text.trim().split(/\s+/).length <= max, `has more than ${max} words`);
const ownUrl = z.string().regex(/^\{PUBLIC_URL\}\//, 'does not begin with {PUBLIC_URL}/');

const appSchema = z.strictObject({
  name,
  seoName: z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'is not lower case with dashes'),
  /** Templates of the Developer Portal. */
  templates: z.array(z.enum(['Web app', 'Server to server'])).min(1),
  claims: z.array(z.enum(['SystemToken'])),
  agents: z.array(z.string().min(1)),
  authorizationLevel: z.enum(['Administrator', 'Everybody']),
  consentText: z.string().min(1).max(500),
});

/** Developer Portal settings of one environment, with the names of secrets, never their values. */
const environmentSchema = z.strictObject({
  loginUrl: z.enum([
    'https://sod.superoffice.com',
    'https://qaonline.superoffice.com',
    'https://online.superoffice.com',
  ]),
  redirectUrls: z.array(ownUrl).min(1),
  postLogoutUrls: z.array(ownUrl),
  corsUrls: z.array(ownUrl),
  stateChangeUrl: ownUrl,
  installUrl: ownUrl,
  configureUrl: ownUrl,
  uninstallUrl: ownUrl,
  clientId: z.literal('SUPEROFFICE_CLIENT_ID'),
  clientSecret: z.literal('SUPEROFFICE_CLIENT_SECRET'),
  privateKey: z.literal('SUPEROFFICE_PRIVATE_KEY'),
});

const categories = [
  'Email document & calendar',
  'Digital Signature',
  'Business Intelligence & reporting',
  'Prospecting & data quality',
  'Integration tools',
  'CTI',
  'Productivity',
  'Email marketing & SMS',
  'ERP',
  'Quotations',
] as const;
const markets = [
  'Benelux',
  'Denmark',
  'Finland',
  'Germany',
  'Norway',
  'Sweden',
  'Switzerland',
  'United Kingdom',
] as const;
const linkTypes = ['Install', 'Configure', 'Support', 'Report a problem', 'Disabled'] as const;
/** App Store names of the app's languages. */
const languages = ['Danish', 'Dutch', 'English', 'German', 'Norwegian', 'Swedish'] as const;

/** The App Store listing in one language. */
const listingSchema = z.strictObject({
  language: z.enum(languages),
  header: z.string().min(1).max(98),
  about: limitWords(200),
  keyFeatures: z.array(z.string().min(1).max(200)).min(3).max(10),
  categories: z.array(z.enum(categories)).min(1),
  markets: z.array(z.enum(markets)).min(1),
  appLanguages: z.array(z.enum(languages)).min(1),
  links: z
    .array(z.strictObject({ type: z.enum(linkTypes), url: z.string().min(1) }))
    .min(1)
    .refine((links) => links.some(({ type }) => type === 'Install'), 'has no link of the type Install'),
  supportedPlans: z.string().min(1),
  requirements: z.string().min(1),
  howToInstall: z.array(z.string().min(1)).min(1),
  seo: z.strictObject({
    description: z
      .string()
      .min(50)
      .max(160)
      .regex(/^[\p{L}\p{N} ,.-]+$/u, 'has more than letters, numbers, spaces, commas, dots and dashes'),
    keywords: z.array(z.string().min(1)).min(1),
  }),
  pictures: z
    .array(z.strictObject({ file: z.string().regex(/^\d\d-[a-z0-9-]+\.png$/), alt: z.string().min(1) }))
    .min(3),
});

export type App = z.output<typeof appSchema>;
export type Environment = z.output<typeof environmentSchema>;
export type Listing = z.output<typeof listingSchema>;

/** The schemas of the manifest files by their name in `manifest/schema`. */
export const schemas = {
  app: appSchema,
  environment: environmentSchema,
  listing: listingSchema,
  vendor: vendorSchema,
  'web-panels': webPanelsSchema,
  webhook: webhookSchema,
} as const;
