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

// What several rows share: licenses, and how surely they are those.
const noModule = { site: [], user: [], confidence: 'none' } as const;
const sale = { site: ['sale'], user: ['sale-cal'], confidence: 'inferred' } as const;
const selection = { site: ['selection'], user: ['selection-cal'], confidence: 'documented' } as const;
const combinedSelections = {
  site: ['selection'],
  user: ['selection-combined-cal'],
  confidence: 'documented',
} as const;
const dashboards = { site: ['dash'], user: [], confidence: 'documented' } as const;
const customTiles = { site: ['dash'], user: ['dash-cal'], confidence: 'documented' } as const;
const report = { site: ['report'], user: ['report-cal'], confidence: 'inferred' } as const;
const project = { site: ['project'], user: ['project-cal'], confidence: 'documented' } as const;
const saint = { site: ['saint'], user: ['saint-cal'], confidence: 'documented' } as const;
const request = { site: [], user: ['ej-client'], confidence: 'inferred' } as const;
const mailing = { site: [], user: ['ej-mod-spm-cal'], confidence: 'inferred' } as const;
const forms = { site: ['forms', 'forms-free'], user: ['forms-cal'], confidence: 'inferred' } as const;

// The rows and the modules behind them: user-plans.md 3 and licences.md 6.
export const common = [
  { id: 'C1', feature: 'contact-management', ...noModule },
  { id: 'C2', parent: 'C1', feature: 'companies-and-contacts', ...noModule },
  {
    id: 'C3',
    parent: 'C1',
    feature: 'relations',
    site: ['relation'],
    user: ['relation-cal'],
    confidence: 'documented',
  },
  { id: 'C4', parent: 'C1', feature: 'custom-fields', ...noModule },
  { id: 'C5', parent: 'C1', feature: 'consent-management', ...noModule },
  { id: 'C6', feature: 'calendar', ...noModule },
  { id: 'C7', parent: 'C6', feature: 'diary-and-invitations', ...noModule },
  { id: 'C8', parent: 'C6', feature: 'video-meeting-integration', ...noModule },
  { id: 'C9', feature: 'mobile-crm', site: [], user: ['pocket-crm-cal'], confidence: 'documented' },
  { id: 'C10', feature: 'document-management', ...noModule },
  {
    id: 'C11',
    parent: 'C10',
    feature: 'documents-and-templates',
    site: ['document'],
    user: [],
    confidence: 'documented',
  },
  { id: 'C12', parent: 'C10', feature: 'language-support', ...noModule },
  { id: 'C13', parent: 'C10', feature: 'ms-sharepoint-documents', ...noModule },
  { id: 'C14', parent: 'C10', feature: 'google-workplace-documents', ...noModule },
  { id: 'C15', feature: 'email', ...noModule },
  { id: 'C16', parent: 'C15', feature: 'superoffice-inbox', ...noModule },
  { id: 'C17', parent: 'C15', feature: 'superoffice-for-outlook-365', ...noModule },
  { id: 'C18', parent: 'C15', feature: 'superoffice-for-google', ...noModule },
  { id: 'C19', feature: 'search-and-selections', ...noModule },
  { id: 'C20', parent: 'C19', feature: 'static-selections', ...selection },
  { id: 'C21', parent: 'C19', feature: 'dynamic-selections', ...selection },
  { id: 'C22', parent: 'C19', feature: 'selection-tasks', ...noModule },
  { id: 'C23', parent: 'C19', feature: 'send-email-to-max-500', ...noModule },
  { id: 'C24', feature: 'reporting-and-dashboards', ...noModule },
  { id: 'C25', parent: 'C24', feature: 'dashboards-default-charts', ...dashboards },
  { id: 'C26', parent: 'C24', feature: 'print', ...report },
] as const satisfies readonly RowData[];

export const salesEssential = [
  { id: 'SaE1', feature: 'sales-and-opportunity-management', ...sale, confidence: 'documented' },
  { id: 'SaE2', feature: 'sales-forecasting', ...sale },
  { id: 'SaE3', feature: 'dashboards-default-tiles', ...dashboards },
  { id: 'SaE4', feature: 'currency-support', ...sale },
  { id: 'SaE5', feature: 'sales-secretary', ...sale },
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
  { id: 'SaP2', feature: 'sales-forecasting-product-level', ...noModule },
  { id: 'SaP3', feature: 'dashboards-custom-tiles', ...customTiles },
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
  { id: 'SaP6', feature: 'saint', ...saint },
  { id: 'SaP7', feature: 'combined-selections', ...combinedSelections },
  { id: 'SaP8', feature: 'project-management', ...project },
  { id: 'SaP9', feature: 'quote-management', site: ['quote'], user: ['quote-cal'], confidence: 'documented' },
] as const satisfies readonly RowData[];

export const serviceEssential = [
  { id: 'SvE1', feature: 'request-management', ...request },
  { id: 'SvE2', feature: 'request-categorization', ...request },
  { id: 'SvE3', feature: 'auto-reply-and-reply-templates', ...request },
  { id: 'SvE4', feature: 'mobile-crm-request-management', ...request },
  { id: 'SvE5', feature: 'standard-service-reports', ...report },
  { id: 'SvE6', feature: 'dashboards-default-tiles', ...dashboards },
] as const satisfies readonly RowData[];

export const servicePremium = [
  { id: 'SvP1', feature: 'rule-based-escalation', site: ['escalate'], user: [], confidence: 'documented' },
  { id: 'SvP2', feature: 'auto-assign-to-agent', ...noModule },
  { id: 'SvP3', feature: 'time-limit-warnings', ...noModule },
  { id: 'SvP4', feature: 'knowledge-base', ...noModule },
  { id: 'SvP5', feature: 'saint', ...saint },
  { id: 'SvP6', feature: 'dashboards-custom-tiles', ...customTiles },
  { id: 'SvP7', feature: 'combined-selections', ...combinedSelections },
  { id: 'SvP8', feature: 'project-management', ...project },
] as const satisfies readonly RowData[];

export const marketingEssential = [
  { id: 'MaE1', feature: 'mailings', ...mailing },
  { id: 'MaE2', feature: 'mailing-service-mailgun', ...mailing },
  { id: 'MaE3', feature: 'drag-and-drop-email-designer', ...mailing },
  { id: 'MaE4', feature: 'company-specific-mailing-templates', ...mailing },
  { id: 'MaE5', feature: 'mailing-template-library', ...mailing },
  { id: 'MaE6', feature: 'image-library', ...mailing },
  { id: 'MaE7', feature: 'google-analytics-tracking', ...mailing },
  { id: 'MaE8', feature: 'open-and-click-tracking', ...mailing },
  { id: 'MaE9', feature: 'custom-actions-on-link-clicks', ...mailing },
  { id: 'MaE10', feature: 'dashboards-custom-tiles', ...customTiles },
  { id: 'MaE11', feature: 'bounce-management', ...mailing },
  { id: 'MaE12', feature: 'spam-complaints-management', ...mailing },
  { id: 'MaE13', feature: 'forms', ...forms, confidence: 'documented' },
  { id: 'MaE14', feature: 'form-submissions-with-custom-actions', ...forms },
  { id: 'MaE15', feature: 'consent-management-in-forms', ...forms },
  { id: 'MaE16', feature: 'company-specific-form-templates', ...forms },
  { id: 'MaE17', feature: 'form-template-library', ...forms },
  { id: 'MaE18', feature: 'double-opt-in-and-landing-pages', ...forms },
  { id: 'MaE19', feature: 'automatic-reply-on-submissions', ...forms },
  { id: 'MaE20', feature: 'combined-selections', ...combinedSelections },
  { id: 'MaE21', feature: 'project-management', ...project },
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
