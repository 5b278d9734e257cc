import type { FeatureKey } from './feature-keys.ts';

/** A row in compact form: its identifier, its group row or null, and its feature. */
type RowData = readonly [id: string, parent: string | null, feature: FeatureKey];

// The rows of the published catalogue, in its order (docs/superoffice/user-plans.md#3-features).
export const common = [
  ['C1', null, 'contact-management'],
  ['C2', 'C1', 'companies-and-contacts'],
  ['C3', 'C1', 'relations'],
  ['C4', 'C1', 'custom-fields'],
  ['C5', 'C1', 'consent-management'],
  ['C6', null, 'calendar'],
  ['C7', 'C6', 'diary-and-invitations'],
  ['C8', 'C6', 'video-meeting-integration'],
  ['C9', null, 'mobile-crm'],
  ['C10', null, 'document-management'],
  ['C11', 'C10', 'documents-and-templates'],
  ['C12', 'C10', 'language-support'],
  ['C13', 'C10', 'ms-sharepoint-documents'],
  ['C14', 'C10', 'google-workplace-documents'],
  ['C15', null, 'email'],
  ['C16', 'C15', 'superoffice-inbox'],
  ['C17', 'C15', 'superoffice-for-outlook-365'],
  ['C18', 'C15', 'superoffice-for-google'],
  ['C19', null, 'search-and-selections'],
  ['C20', 'C19', 'static-selections'],
  ['C21', 'C19', 'dynamic-selections'],
  ['C22', 'C19', 'selection-tasks'],
  ['C23', 'C19', 'send-email-to-max-500'],
  ['C24', null, 'reporting-and-dashboards'],
  ['C25', 'C24', 'dashboards-default-charts'],
  ['C26', 'C24', 'print'],
] as const satisfies readonly RowData[];

export const salesEssential = [
  ['SaE1', null, 'sales-and-opportunity-management'],
  ['SaE2', null, 'sales-forecasting'],
  ['SaE3', null, 'dashboards-default-tiles'],
  ['SaE4', null, 'currency-support'],
  ['SaE5', null, 'sales-secretary'],
] as const satisfies readonly RowData[];

export const salesPremium = [
  ['SaP1', null, 'sales-guide'],
  ['SaP2', null, 'sales-forecasting-product-level'],
  ['SaP3', null, 'dashboards-custom-tiles'],
  ['SaP4', null, 'stakeholders'],
  ['SaP5', null, 'sale-targets-and-kpis'],
  ['SaP6', null, 'saint'],
  ['SaP7', null, 'combined-selections'],
  ['SaP8', null, 'project-management'],
  ['SaP9', null, 'quote-management'],
] as const satisfies readonly RowData[];

export const serviceEssential = [
  ['SvE1', null, 'request-management'],
  ['SvE2', null, 'request-categorization'],
  ['SvE3', null, 'auto-reply-and-reply-templates'],
  ['SvE4', null, 'mobile-crm-request-management'],
  ['SvE5', null, 'standard-service-reports'],
  ['SvE6', null, 'dashboards-default-tiles'],
] as const satisfies readonly RowData[];

export const servicePremium = [
  ['SvP1', null, 'rule-based-escalation'],
  ['SvP2', null, 'auto-assign-to-agent'],
  ['SvP3', null, 'time-limit-warnings'],
  ['SvP4', null, 'knowledge-base'],
  ['SvP5', null, 'saint'],
  ['SvP6', null, 'dashboards-custom-tiles'],
  ['SvP7', null, 'combined-selections'],
  ['SvP8', null, 'project-management'],
] as const satisfies readonly RowData[];

export const marketingEssential = [
  ['MaE1', null, 'mailings'],
  ['MaE2', null, 'mailing-service-mailgun'],
  ['MaE3', null, 'drag-and-drop-email-designer'],
  ['MaE4', null, 'company-specific-mailing-templates'],
  ['MaE5', null, 'mailing-template-library'],
  ['MaE6', null, 'image-library'],
  ['MaE7', null, 'google-analytics-tracking'],
  ['MaE8', null, 'open-and-click-tracking'],
  ['MaE9', null, 'custom-actions-on-link-clicks'],
  ['MaE10', null, 'dashboards-custom-tiles'],
  ['MaE11', null, 'bounce-management'],
  ['MaE12', null, 'spam-complaints-management'],
  ['MaE13', null, 'forms'],
  ['MaE14', null, 'form-submissions-with-custom-actions'],
  ['MaE15', null, 'consent-management-in-forms'],
  ['MaE16', null, 'company-specific-form-templates'],
  ['MaE17', null, 'form-template-library'],
  ['MaE18', null, 'double-opt-in-and-landing-pages'],
  ['MaE19', null, 'automatic-reply-on-submissions'],
  ['MaE20', null, 'combined-selections'],
  ['MaE21', null, 'project-management'],
] as const satisfies readonly RowData[];

export const marketingPremium = [
  ['MaP1', null, 'marketing-automation'],
] as const satisfies readonly RowData[];
