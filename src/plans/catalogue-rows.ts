import type { FeatureKey } from './feature-keys.ts';
import type { KnownModule } from './known-modules.ts';

/** `documented`: SuperOffice says what the module does; `inferred`: by name; `none`: no module is known. */
export type Confidence = 'documented' | 'inferred' | 'none';

interface RowData {
  readonly id: string;
  readonly feature: FeatureKey;
  readonly parent?: string;
  /** Any one of these site licenses is enough. */
  readonly site: readonly KnownModule[];
  /** All of these user licenses are needed. */
  readonly user: readonly KnownModule[];
  readonly confidence: Confidence;
}

// The rows and the modules behind them: user-plans.md 3 and licences.md 6.
export const common = [
  { id: 'C1', feature: 'contact-management', site: [], user: [], confidence: 'none' },
  { id: 'C2', parent: 'C1', feature: 'companies-and-contacts', site: [], user: [], confidence: 'none' },
  {
    id: 'C3',
    parent: 'C1',
    feature: 'relations',
    site: ['relation'],
    user: ['relation-cal'],
    confidence: 'documented',
  },
  { id: 'C4', parent: 'C1', feature: 'custom-fields', site: [], user: [], confidence: 'none' },
  { id: 'C5', parent: 'C1', feature: 'consent-management', site: [], user: [], confidence: 'none' },
  { id: 'C6', feature: 'calendar', site: [], user: [], confidence: 'none' },
  { id: 'C7', parent: 'C6', feature: 'diary-and-invitations', site: [], user: [], confidence: 'none' },
  { id: 'C8', parent: 'C6', feature: 'video-meeting-integration', site: [], user: [], confidence: 'none' },
  { id: 'C9', feature: 'mobile-crm', site: [], user: ['pocket-crm-cal'], confidence: 'documented' },
  { id: 'C10', feature: 'document-management', site: [], user: [], confidence: 'none' },
  {
    id: 'C11',
    parent: 'C10',
    feature: 'documents-and-templates',
    site: ['document'],
    user: [],
    confidence: 'documented',
  },
  { id: 'C12', parent: 'C10', feature: 'language-support', site: [], user: [], confidence: 'none' },
  { id: 'C13', parent: 'C10', feature: 'ms-sharepoint-documents', site: [], user: [], confidence: 'none' },
  { id: 'C14', parent: 'C10', feature: 'google-workplace-documents', site: [], user: [], confidence: 'none' },
  { id: 'C15', feature: 'email', site: [], user: [], confidence: 'none' },
  { id: 'C16', parent: 'C15', feature: 'superoffice-inbox', site: [], user: [], confidence: 'none' },
  {
    id: 'C17',
    parent: 'C15',
    feature: 'superoffice-for-outlook-365',
    site: [],
    user: [],
    confidence: 'none',
  },
  { id: 'C18', parent: 'C15', feature: 'superoffice-for-google', site: [], user: [], confidence: 'none' },
  { id: 'C19', feature: 'search-and-selections', site: [], user: [], confidence: 'none' },
  {
    id: 'C20',
    parent: 'C19',
    feature: 'static-selections',
    site: ['selection'],
    user: ['selection-cal'],
    confidence: 'documented',
  },
  {
    id: 'C21',
    parent: 'C19',
    feature: 'dynamic-selections',
    site: ['selection'],
    user: ['selection-cal'],
    confidence: 'documented',
  },
  { id: 'C22', parent: 'C19', feature: 'selection-tasks', site: [], user: [], confidence: 'none' },
  { id: 'C23', parent: 'C19', feature: 'send-email-to-max-500', site: [], user: [], confidence: 'none' },
  { id: 'C24', feature: 'reporting-and-dashboards', site: [], user: [], confidence: 'none' },
  {
    id: 'C25',
    parent: 'C24',
    feature: 'dashboards-default-charts',
    site: ['dash'],
    user: [],
    confidence: 'documented',
  },
  {
    id: 'C26',
    parent: 'C24',
    feature: 'print',
    site: ['report'],
    user: ['report-cal'],
    confidence: 'inferred',
  },
] as const satisfies readonly RowData[];

export const salesEssential = [
  {
    id: 'SaE1',
    feature: 'sales-and-opportunity-management',
    site: ['sale'],
    user: ['sale-cal'],
    confidence: 'documented',
  },
  { id: 'SaE2', feature: 'sales-forecasting', site: ['sale'], user: ['sale-cal'], confidence: 'inferred' },
  { id: 'SaE3', feature: 'dashboards-default-tiles', site: ['dash'], user: [], confidence: 'documented' },
  { id: 'SaE4', feature: 'currency-support', site: ['sale'], user: ['sale-cal'], confidence: 'inferred' },
  { id: 'SaE5', feature: 'sales-secretary', site: ['sale'], user: ['sale-cal'], confidence: 'inferred' },
] as const satisfies readonly RowData[];

export const salesPremium = [
  // A Marketing Premium user holds guide-cal too: the guide also needs the sale (published seat counts).
  {
    id: 'SaP1',
    feature: 'sales-guide',
    site: ['guide-sale', 'guide'],
    user: ['guide-cal', 'sale-cal'],
    confidence: 'documented',
  },
  { id: 'SaP2', feature: 'sales-forecasting-product-level', site: [], user: [], confidence: 'none' },
  {
    id: 'SaP3',
    feature: 'dashboards-custom-tiles',
    site: ['dash'],
    user: ['dash-cal'],
    confidence: 'documented',
  },
  {
    id: 'SaP4',
    feature: 'stakeholders',
    site: ['stakeholder'],
    user: ['stakeholder-cal'],
    confidence: 'documented',
  },
  {
    id: 'SaP5',
    feature: 'sale-targets-and-kpis',
    site: ['target'],
    user: ['target-cal'],
    confidence: 'documented',
  },
  { id: 'SaP6', feature: 'saint', site: ['saint'], user: ['saint-cal'], confidence: 'documented' },
  {
    id: 'SaP7',
    feature: 'combined-selections',
    site: ['selection'],
    user: ['selection-combined-cal'],
    confidence: 'documented',
  },
  {
    id: 'SaP8',
    feature: 'project-management',
    site: ['project'],
    user: ['project-cal'],
    confidence: 'documented',
  },
  { id: 'SaP9', feature: 'quote-management', site: ['quote'], user: ['quote-cal'], confidence: 'documented' },
] as const satisfies readonly RowData[];

export const serviceEssential = [
  { id: 'SvE1', feature: 'request-management', site: [], user: ['ej-client'], confidence: 'inferred' },
  { id: 'SvE2', feature: 'request-categorization', site: [], user: ['ej-client'], confidence: 'inferred' },
  {
    id: 'SvE3',
    feature: 'auto-reply-and-reply-templates',
    site: [],
    user: ['ej-client'],
    confidence: 'inferred',
  },
  {
    id: 'SvE4',
    feature: 'mobile-crm-request-management',
    site: [],
    user: ['ej-client'],
    confidence: 'inferred',
  },
  {
    id: 'SvE5',
    feature: 'standard-service-reports',
    site: ['report'],
    user: ['report-cal'],
    confidence: 'inferred',
  },
  { id: 'SvE6', feature: 'dashboards-default-tiles', site: ['dash'], user: [], confidence: 'documented' },
] as const satisfies readonly RowData[];

export const servicePremium = [
  { id: 'SvP1', feature: 'rule-based-escalation', site: ['escalate'], user: [], confidence: 'documented' },
  { id: 'SvP2', feature: 'auto-assign-to-agent', site: [], user: [], confidence: 'none' },
  { id: 'SvP3', feature: 'time-limit-warnings', site: [], user: [], confidence: 'none' },
  { id: 'SvP4', feature: 'knowledge-base', site: [], user: [], confidence: 'none' },
  { id: 'SvP5', feature: 'saint', site: ['saint'], user: ['saint-cal'], confidence: 'documented' },
  {
    id: 'SvP6',
    feature: 'dashboards-custom-tiles',
    site: ['dash'],
    user: ['dash-cal'],
    confidence: 'documented',
  },
  {
    id: 'SvP7',
    feature: 'combined-selections',
    site: ['selection'],
    user: ['selection-combined-cal'],
    confidence: 'documented',
  },
  {
    id: 'SvP8',
    feature: 'project-management',
    site: ['project'],
    user: ['project-cal'],
    confidence: 'documented',
  },
] as const satisfies readonly RowData[];

export const marketingEssential = [
  { id: 'MaE1', feature: 'mailings', site: [], user: ['ej-mod-spm-cal'], confidence: 'inferred' },
  {
    id: 'MaE2',
    feature: 'mailing-service-mailgun',
    site: [],
    user: ['ej-mod-spm-cal'],
    confidence: 'inferred',
  },
  {
    id: 'MaE3',
    feature: 'drag-and-drop-email-designer',
    site: [],
    user: ['ej-mod-spm-cal'],
    confidence: 'inferred',
  },
  {
    id: 'MaE4',
    feature: 'company-specific-mailing-templates',
    site: [],
    user: ['ej-mod-spm-cal'],
    confidence: 'inferred',
  },
  {
    id: 'MaE5',
    feature: 'mailing-template-library',
    site: [],
    user: ['ej-mod-spm-cal'],
    confidence: 'inferred',
  },
  { id: 'MaE6', feature: 'image-library', site: [], user: ['ej-mod-spm-cal'], confidence: 'inferred' },
  {
    id: 'MaE7',
    feature: 'google-analytics-tracking',
    site: [],
    user: ['ej-mod-spm-cal'],
    confidence: 'inferred',
  },
  {
    id: 'MaE8',
    feature: 'open-and-click-tracking',
    site: [],
    user: ['ej-mod-spm-cal'],
    confidence: 'inferred',
  },
  {
    id: 'MaE9',
    feature: 'custom-actions-on-link-clicks',
    site: [],
    user: ['ej-mod-spm-cal'],
    confidence: 'inferred',
  },
  {
    id: 'MaE10',
    feature: 'dashboards-custom-tiles',
    site: ['dash'],
    user: ['dash-cal'],
    confidence: 'documented',
  },
  { id: 'MaE11', feature: 'bounce-management', site: [], user: ['ej-mod-spm-cal'], confidence: 'inferred' },
  {
    id: 'MaE12',
    feature: 'spam-complaints-management',
    site: [],
    user: ['ej-mod-spm-cal'],
    confidence: 'inferred',
  },
  {
    id: 'MaE13',
    feature: 'forms',
    site: ['forms', 'forms-free'],
    user: ['forms-cal'],
    confidence: 'documented',
  },
  {
    id: 'MaE14',
    feature: 'form-submissions-with-custom-actions',
    site: ['forms', 'forms-free'],
    user: ['forms-cal'],
    confidence: 'inferred',
  },
  {
    id: 'MaE15',
    feature: 'consent-management-in-forms',
    site: ['forms', 'forms-free'],
    user: ['forms-cal'],
    confidence: 'inferred',
  },
  {
    id: 'MaE16',
    feature: 'company-specific-form-templates',
    site: ['forms', 'forms-free'],
    user: ['forms-cal'],
    confidence: 'inferred',
  },
  {
    id: 'MaE17',
    feature: 'form-template-library',
    site: ['forms', 'forms-free'],
    user: ['forms-cal'],
    confidence: 'inferred',
  },
  {
    id: 'MaE18',
    feature: 'double-opt-in-and-landing-pages',
    site: ['forms', 'forms-free'],
    user: ['forms-cal'],
    confidence: 'inferred',
  },
  {
    id: 'MaE19',
    feature: 'automatic-reply-on-submissions',
    site: ['forms', 'forms-free'],
    user: ['forms-cal'],
    confidence: 'inferred',
  },
  {
    id: 'MaE20',
    feature: 'combined-selections',
    site: ['selection'],
    user: ['selection-combined-cal'],
    confidence: 'documented',
  },
  {
    id: 'MaE21',
    feature: 'project-management',
    site: ['project'],
    user: ['project-cal'],
    confidence: 'documented',
  },
] as const satisfies readonly RowData[];

export const marketingPremium = [
  {
    id: 'MaP1',
    feature: 'marketing-automation',
    site: ['mktg-auto'],
    user: ['mktg-auto-cal'],
    confidence: 'documented',
  },
] as const satisfies readonly RowData[];
