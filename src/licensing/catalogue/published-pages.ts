import type { AddOnKey } from './add-ons.ts';
import type { FeatureKey } from './feature-keys.ts';
import type { Language } from './languages.ts';
import type { Solution, Tier } from './solutions.ts';
import type { SuitePlan } from './suite-plans.ts';

/** The day of the edition that was read (SuperOfficeDocs/docs at f4a09fe), unless an entry names another. */
export const defaultReadDate = '2026-07-24';

/** The user plan of one solution in one tier. */
export type BasicPlan = `${Solution}-${Tier}`;

/** What a page can ask for: a user plan, an add-on, or a CRM Suite plan with every higher one. */
export type Ask = BasicPlan | AddOnKey | SuitePlan;

/** What another page says about a feature. */
interface OtherPage {
  readonly page: string;
  readonly read?: string;
  readonly anyOf: readonly Ask[];
}

/** The parts of a feature for which its page asks for more than for the feature. */
export const featureParts = ['change-log', 'field-layout', 'tile-layout', 'utm-tracking'] as const;

/** A part of a feature for which its page asks for more than for the feature. */
export type FeaturePart = (typeof featureParts)[number];

/** What SuperOffice's documentation says about one feature or add-on. */
export interface PublishedPageData {
  /** Path without extension; with a leading `/` its address has no language part. */
  readonly page: string;
  /** The languages that have the page; all six if omitted. */
  readonly languages?: readonly Language[];
  /** The day of the edition that was read, `YYYY-MM-DD`. */
  readonly read?: string;
  /** What sentences on the page ask for; of two, the one with more alternatives comes first. */
  readonly sentences?: readonly (readonly Ask[])[];
  /** The license and the tier in the front matter of the page. */
  readonly frontMatter?: readonly Ask[];
  readonly otherPages?: readonly OtherPage[];
  readonly parts?: readonly { readonly part: FeaturePart; readonly anyOf: readonly Ask[] }[];
  /** The day on which SuperOffice ended the feature, `YYYY-MM-DD`. */
  readonly ended?: string;
}

/** The three plans together are every user plan. */
const everyPlan: readonly Ask[] = ['sales-essential', 'service-essential', 'marketing-essential', 'starter'];
const salesEssential: readonly Ask[] = ['sales-essential', 'starter'];
const salesPremium: readonly Ask[] = ['sales-premium', 'growth'];
const serviceEssential: readonly Ask[] = ['service-essential', 'starter'];
const servicePremium: readonly Ask[] = ['service-premium', 'growth'];
const marketingEssential: readonly Ask[] = ['marketing-essential', 'growth'];
const marketingPremium: readonly Ask[] = ['marketing-premium', 'plus'];
const projects: readonly Ask[] = ['sales-premium', 'service-premium', 'marketing-essential', 'core'];

/** The page of SuperOffice CRM Suite, in the edition with the apps of each plan. */
const suitePage = { page: 'admin/license/crm-suite', read: '2026-09-29' } as const;
const freeApp: readonly OtherPage[] = [{ ...suitePage, anyOf: ['starter'] }];
const english: readonly Language[] = ['en'];

/**
 * The page of each feature and what it asks for (docs/superoffice/data/documentation.tsv and
 * docs/superoffice/changes-2026.md#3-contradictions). Where all sentences repeat the front matter, only the front matter
 * is listed.
 */
export const featurePages: Readonly<Record<FeatureKey, PublishedPageData>> = {
  'contact-management': { page: 'contact/learn/index', frontMatter: ['starter'] },
  'companies-and-contacts': { page: 'company/learn/index', frontMatter: ['starter'] },
  relations: { page: 'learn/basics/relations', frontMatter: ['starter'] },
  'custom-fields': {
    page: 'custom-objects/learn/udef',
    frontMatter: ['core'],
    parts: [{ part: 'field-layout', anyOf: ['expander-services', 'core'] }],
  },
  'consent-management': { page: 'security/privacy/learn/index', frontMatter: ['starter'] },
  calendar: { page: 'diary/learn/index', frontMatter: everyPlan },
  'diary-and-invitations': { page: 'diary/learn/invitation/index', frontMatter: everyPlan },
  'video-meeting-integration': { page: 'diary/learn/video-meetings', frontMatter: everyPlan },
  'mobile-crm': {
    page: 'mobile/index',
    frontMatter: ['core'],
    otherPages: [{ ...suitePage, anyOf: ['core'] }],
  },
  'document-management': { page: 'document/learn/index', frontMatter: everyPlan },
  'documents-and-templates': { page: 'document/templates/learn/index', frontMatter: ['starter'] },
  'language-support': { page: 'document/templates/learn/index', frontMatter: ['starter'] },
  'ms-sharepoint-documents': {
    page: '/integrations/sharepoint-documents/index',
    languages: english,
    otherPages: freeApp,
  },
  'google-workplace-documents': {
    page: '/integrations/g-suite/index',
    languages: english,
    otherPages: freeApp,
  },
  email: { page: 'email/learn/index', frontMatter: everyPlan },
  'superoffice-inbox': { page: 'email/inbox/learn/index', frontMatter: everyPlan },
  'superoffice-for-outlook-365': {
    page: '/integrations/superoffice-for-outlook/index',
    languages: english,
    otherPages: freeApp,
  },
  'superoffice-for-google': {
    page: '/integrations/gmail-link/index',
    languages: english,
    otherPages: freeApp,
  },
  'search-and-selections': { page: 'search-options/learn/index', frontMatter: ['starter'] },
  'static-selections': {
    page: 'search-options/selection/learn/add-remove-members-static',
    frontMatter: ['starter'],
  },
  'dynamic-selections': { page: 'search-options/selection/learn/index', frontMatter: ['starter'] },
  'selection-tasks': { page: 'search-options/selection/learn/howto/index', frontMatter: ['starter'] },
  'send-email-to-max-500': {
    page: 'search-options/selection/learn/howto/send-email',
    frontMatter: ['starter'],
  },
  'reporting-and-dashboards': { page: 'dashboard/learn/index', frontMatter: ['starter'] },
  'dashboards-default-charts': {
    page: 'dashboard/learn/index',
    sentences: [everyPlan],
    frontMatter: ['starter'],
  },
  print: { page: 'learn/basics/print', frontMatter: ['starter'] },
  'sales-and-opportunity-management': { page: 'sale/learn/index', frontMatter: salesEssential },
  'sales-forecasting': { page: 'sale/learn/forecasting', frontMatter: salesEssential },
  // The page gives one default dashboard to every plan and the one for requests to Service Essentials and Starter; the
  // tiles of sales are on the list of user plans only.
  'dashboards-default-tiles': { page: 'dashboard/learn/index', frontMatter: ['starter'] },
  'currency-support': { page: 'sale/admin/add-currency', frontMatter: salesEssential },
  'sales-secretary': { page: 'sale/learn/index', frontMatter: salesEssential },
  'sales-guide': {
    page: 'sale/learn/sales-guides',
    sentences: [['sales-premium', 'core']],
    frontMatter: salesPremium,
    otherPages: [
      { page: 'sale/learn/index', anyOf: salesPremium },
      { page: 'sale/learn/tutorial', anyOf: ['sales-premium', 'starter'] },
    ],
  },
  'sales-forecasting-product-level': { page: 'dashboard/learn/index', sentences: [salesPremium] },
  'dashboards-custom-tiles': {
    page: 'dashboard/learn/working-with-tiles',
    sentences: [['core']],
    frontMatter: ['core'],
    parts: [{ part: 'tile-layout', anyOf: ['growth'] }],
  },
  stakeholders: { page: 'sale/learn/stakeholders/index', frontMatter: salesPremium },
  'sale-targets-and-kpis': { page: 'sale/learn/sales-targets/index', frontMatter: salesPremium },
  saint: {
    page: 'saint/learn/index',
    sentences: [['sales-premium', 'service-premium', 'growth']],
    frontMatter: ['growth'],
  },
  'combined-selections': {
    page: 'search-options/selection/learn/combine',
    sentences: [['growth']],
    frontMatter: ['growth'],
  },
  'project-management': { page: 'project/learn/index', frontMatter: projects },
  'quote-management': { page: 'sale/learn/quote/index', frontMatter: salesPremium },
  'request-management': {
    page: 'request/learn/index',
    frontMatter: serviceEssential,
    parts: [{ part: 'change-log', anyOf: servicePremium }],
  },
  'request-categorization': { page: 'request/admin/category/index', frontMatter: serviceEssential },
  'auto-reply-and-reply-templates': {
    page: 'knowledge-base/learn/reply-templates/index',
    frontMatter: serviceEssential,
    otherPages: [
      { page: 'knowledge-base/learn/index', anyOf: ['service-essential', 'core'] },
      { page: 'email/admin/mailbox/create-mailbox', anyOf: ['service-essential', 'core'] },
    ],
  },
  'mobile-crm-request-management': {
    page: 'mobile/request/index',
    languages: english,
    frontMatter: ['service-essential', 'core'],
  },
  'standard-service-reports': {
    page: '/release-notes/eol/reports',
    languages: english,
    ended: '2024-12-04',
    otherPages: [{ page: 'dashboard/learn/show-requests', anyOf: ['core'] }],
  },
  'rule-based-escalation': {
    page: 'request/admin/priority/escalation-levels',
    frontMatter: servicePremium,
  },
  'auto-assign-to-agent': {
    page: 'request/learn/assign',
    frontMatter: serviceEssential,
    otherPages: [{ page: 'request/admin/next-in-queue', anyOf: servicePremium }],
  },
  'time-limit-warnings': { page: 'request/admin/priority/escalation-levels', frontMatter: servicePremium },
  'knowledge-base': {
    page: 'knowledge-base/learn/faq/index',
    sentences: [['service-premium', 'cep', 'growth'], ['cep']],
    frontMatter: servicePremium,
    otherPages: [{ page: 'knowledge-base/learn/index', anyOf: ['service-essential', 'core'] }],
  },
  mailings: {
    page: 'marketing/mailing/learn/index',
    frontMatter: marketingEssential,
    otherPages: [
      { ...suitePage, anyOf: ['starter'] },
      { page: 'dashboard/learn/show-marketing', anyOf: ['starter'] },
      { page: 'dashboard/learn/index', anyOf: ['core'] },
    ],
  },
  'mailing-service-mailgun': { page: 'online/mail-services/mailgun/index', languages: english },
  'drag-and-drop-email-designer': {
    page: 'marketing/editor/learn/index',
    frontMatter: marketingEssential,
  },
  'company-specific-mailing-templates': {
    page: 'marketing/learn/message-templates',
    frontMatter: marketingEssential,
  },
  'mailing-template-library': {
    page: 'marketing/learn/message-templates',
    frontMatter: marketingEssential,
  },
  'image-library': {
    page: 'marketing/editor/learn/insert-images-in-message',
    frontMatter: marketingEssential,
  },
  'google-analytics-tracking': {
    page: 'marketing/tracked-links/learn/add-google-analytics-tag',
    frontMatter: marketingEssential,
  },
  'open-and-click-tracking': {
    page: 'marketing/mailing/learn/view-statistics',
    frontMatter: marketingEssential,
  },
  'custom-actions-on-link-clicks': {
    page: 'marketing/tracked-links/learn/define-link-actions',
    frontMatter: marketingEssential,
  },
  'bounce-management': {
    page: 'marketing/recipients/learn/manage-bounces',
    frontMatter: marketingEssential,
  },
  'spam-complaints-management': {
    page: 'marketing/recipients/learn/spam-complaints',
    frontMatter: marketingEssential,
  },
  forms: {
    page: 'marketing/forms/learn/index',
    frontMatter: marketingEssential,
    otherPages: [{ page: 'dashboard/learn/index', anyOf: marketingPremium }],
  },
  'form-submissions-with-custom-actions': {
    page: 'marketing/forms/learn/define-form-actions',
    frontMatter: marketingEssential,
  },
  'consent-management-in-forms': {
    page: 'marketing/forms/learn/field-options',
    frontMatter: marketingEssential,
  },
  'company-specific-form-templates': {
    page: 'marketing/forms/learn/form-templates',
    frontMatter: marketingEssential,
  },
  'form-template-library': { page: 'marketing/forms/learn/create', frontMatter: marketingEssential },
  'double-opt-in-and-landing-pages': {
    page: 'marketing/forms/learn/create',
    frontMatter: marketingEssential,
    parts: [{ part: 'utm-tracking', anyOf: marketingPremium }],
  },
  'automatic-reply-on-submissions': {
    page: 'marketing/mailing/learn/create/tutorial-form-mailing',
    frontMatter: marketingEssential,
  },
  'marketing-automation': { page: 'marketing/flows/learn/index', frontMatter: marketingPremium },
};

/**
 * The page of each add-on and what it asks for (docs/superoffice/data/documentation.tsv and
 * docs/superoffice/changes-2026.md#5-crm-suite-plans). Calendar synchronization has no page of its own.
 */
export const addOnPages: Readonly<Record<AddOnKey, PublishedPageData>> = {
  cep: { page: 'chat/learn/index', frontMatter: ['cep', 'growth'] },
  ai: { page: 'ai/learn/index', read: '2026-10-01', frontMatter: ['ai', 'core'] },
  'expander-services': {
    page: 'admin/license/expander-services',
    sentences: [['expander-services', 'core']],
    frontMatter: ['starter'],
  },
  'calendar-synchronization': { ...suitePage, sentences: [['calendar-synchronization', 'core']] },
};
