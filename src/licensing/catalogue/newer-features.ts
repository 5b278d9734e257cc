import type { Language } from './languages.ts';
import type { Ask, PublishedPageData } from './published-pages.ts';

/** A feature that SuperOffice has documented since the list of user plans of 2024. */
export interface NewerFeature {
  readonly key: string;
  /** The name of the feature; one text if SuperOffice uses it in all languages. */
  readonly label: string | Readonly<Record<Language, string>>;
  readonly page: PublishedPageData;
  /** The site license of an AI service: the add-on alone does not give it. */
  readonly service?: string;
}

const servicePremium: readonly Ask[] = ['service-premium', 'growth'];
const serviceEssential: readonly Ask[] = ['service-essential', 'starter'];
const everyPlan: readonly Ask[] = ['sales-essential', 'service-essential', 'marketing-essential'];
const english: readonly Language[] = ['en'];

/** The overview of AI services says for each of them which license or plan it needs. */
const aiServices = { page: 'ai/learn/index', read: '2026-10-01' } as const;

/**
 * Documented features that the list of user plans lacks (docs/superoffice/changes-2026.md#3-contradictions and
 * #12-ai-services), in the order sales, service, marketing, all solutions, AI services.
 */
export const newerFeatures: readonly NewerFeature[] = [
  {
    key: 'leads',
    label: {
      en: 'Lead management',
      de: 'Lead-Management',
      no: 'Leadhåndtering',
      sv: 'Leadhantering',
      da: 'Leadhåndtering',
      nl: 'Leadbeheer',
    },
    page: { page: 'lead/learn/index', frontMatter: ['sales-essential', 'core'] },
  },
  {
    key: 'lead-category-automation',
    label: {
      en: 'Automatic lead categories',
      de: 'Automatische Lead-Kategorien',
      no: 'Automatiske leadkategorier',
      sv: 'Automatiska leadkategorier',
      da: 'Automatiske leadkategorier',
      nl: 'Automatische leadcategorieën',
    },
    page: { page: 'lead/admin/category-automation', frontMatter: ['sales-premium', 'growth'] },
  },
  {
    key: 'lead-dashboards',
    label: {
      en: 'Dashboards for leads',
      de: 'Dashboards für Leads',
      no: 'Dashbord for leads',
      sv: 'Dashboards för leads',
      da: 'Dashboards for leads',
      nl: 'Dashboards voor leads',
    },
    page: { page: 'dashboard/learn/show-leads', sentences: [['growth']] },
  },
  {
    key: 'request-types',
    label: {
      en: 'Request types',
      de: 'Anfragetypen',
      no: 'Sakstyper',
      sv: 'Ärendetyper',
      da: 'Sagstyper',
      nl: 'Verzoektypen',
    },
    page: { page: 'request/admin/type/index', frontMatter: servicePremium },
  },
  {
    key: 'request-relation-rules',
    label: {
      en: 'Relation rules for requests',
      de: 'Beziehungsregeln für Anfragen',
      no: 'Relasjonsregler for saker',
      sv: 'Relationsregler för ärenden',
      da: 'Relationsregler for sager',
      nl: 'Relatieregels voor verzoeken',
    },
    page: { page: 'request/admin/relation-rules', frontMatter: servicePremium },
  },
  {
    key: 'next-in-queue',
    label: {
      en: 'Next request in the queue',
      de: 'Nächste Anfrage in der Warteschlange',
      no: 'Neste sak i køen',
      sv: 'Nästa ärende i kön',
      da: 'Næste sag i køen',
      nl: 'Volgende verzoek in de wachtrij',
    },
    page: { page: 'request/admin/next-in-queue', frontMatter: servicePremium },
  },
  {
    key: 'request-relations',
    label: {
      en: 'Request relations',
      de: 'Beziehungen zwischen Anfragen',
      no: 'Relasjoner mellom saker',
      sv: 'Relationer mellan ärenden',
      da: 'Relationer mellem sager',
      nl: 'Relaties tussen verzoeken',
    },
    page: { page: 'request/learn/request-relations', frontMatter: serviceEssential },
  },
  {
    key: 'mark-as-spam',
    label: {
      en: 'Mark requests as spam',
      de: 'Anfragen als Spam markieren',
      no: 'Merk saker som spam',
      sv: 'Markera ärenden som skräppost',
      da: 'Markér sager som spam',
      nl: 'Verzoeken als spam markeren',
    },
    page: { page: 'request/learn/spam', frontMatter: serviceEssential },
  },
  {
    key: 'utm-tracking',
    label: {
      en: 'UTM tracking',
      de: 'UTM-Tracking',
      no: 'UTM-sporing',
      sv: 'UTM-spårning',
      da: 'UTM-sporing',
      nl: 'UTM-tracking',
    },
    page: {
      page: 'marketing/utm/learn/index',
      frontMatter: ['marketing-premium', 'plus'],
      otherPages: [{ page: 'dashboard/learn/show-leads', anyOf: ['marketing-premium', 'growth'] }],
    },
  },
  {
    key: 'selection-board-view',
    label: {
      en: 'Board view of selections',
      de: 'Board-Ansicht von Selektionen',
      no: 'Tavlevisning av utvalg',
      sv: 'Tavelvy för urval',
      da: 'Tavlevisning af udvalg',
      nl: 'Boardweergave van selecties',
    },
    page: {
      page: 'search-options/selection/learn/board-view',
      frontMatter: ['sales-premium', 'service-premium', 'marketing-essential', 'core'],
    },
  },
  {
    key: 'caller-id',
    label: {
      en: 'Caller ID in Mobile CRM',
      de: 'Anruferkennung in Mobile CRM',
      no: 'Anrops-ID i Mobil CRM',
      sv: 'Nummerpresentation i Mobil CRM',
      da: 'Opkalds-ID i Mobil CRM',
      nl: 'Nummerherkenning in Mobile CRM',
    },
    page: { page: 'mobile/caller-id', languages: english, sentences: [[...everyPlan, 'core']] },
  },
  {
    key: 'screen-designer',
    label: {
      en: 'Screen designer',
      de: 'Ansichtsdesigner',
      no: 'Skjermdesigner',
      sv: 'Skärmdesigner',
      da: 'Skærmdesigner',
      nl: 'Schermontwerper',
    },
    page: {
      page: 'customization/screen-designer/admin/index',
      frontMatter: ['expander-services', 'core'],
    },
  },
  {
    key: 'erp',
    label: 'ERP',
    page: {
      page: 'erp/learn/index',
      frontMatter: ['expander-services', 'growth'],
      otherPages: [{ page: 'erp/admin/index', anyOf: ['expander-services', 'core'] }],
    },
  },
  {
    key: 'chat',
    label: 'Chat',
    page: { page: 'chat/learn/index', frontMatter: ['cep', 'growth'] },
  },
  {
    key: 'customer-center',
    label: {
      en: 'Customer centre',
      de: 'Kundenzentrum',
      no: 'Kundesenter',
      sv: 'Kundcenter',
      da: 'Kundecenter',
      nl: 'Klantencentrum',
    },
    page: { page: 'customer-center/learn/index', sentences: [['cep']], frontMatter: ['growth'] },
  },
  {
    key: 'ai-categorization',
    label: {
      en: 'AI: categorization',
      de: 'KI: Kategorisierung',
      no: 'KI: kategorisering',
      sv: 'AI: kategorisering',
      da: 'AI: kategorisering',
      nl: 'AI: categorisatie',
    },
    page: {
      page: 'ai/learn/categorization',
      frontMatter: ['ai', 'growth'],
      otherPages: [{ ...aiServices, anyOf: ['ai', 'core'] }],
    },
    service: 'aicategorization',
  },
  {
    key: 'ai-text-analysis',
    label: {
      en: 'AI: text analysis',
      de: 'KI: Textanalyse',
      no: 'KI: tekstanalyse',
      sv: 'AI: textanalys',
      da: 'AI: tekstanalyse',
      nl: 'AI: tekstanalyse',
    },
    page: { page: 'ai/learn/text-analysis', frontMatter: ['ai', 'core'] },
    service: 'aitextservices',
  },
  {
    key: 'ai-chatbot-connector',
    label: 'Chatbot Connector',
    page: { ...aiServices, sentences: [['ai']] },
    service: 'aichatbot',
  },
  {
    key: 'workspace-assist',
    label: 'Workspace Assist',
    page: { ...aiServices, sentences: [['ai', 'core']] },
  },
  { key: 'company-insight', label: 'Company Insight', page: { ...aiServices, sentences: [['growth']] } },
  {
    key: 'data-quality-agent',
    label: 'Data Quality Agent',
    page: { ...aiServices, sentences: [['growth']] },
  },
  { key: 'duplicate-agent', label: 'Duplicate Agent', page: { ...aiServices, sentences: [['growth']] } },
  { key: 'reply-assist', label: 'Reply Assist', page: { ...aiServices, sentences: [['plus']] } },
  { key: 'lead-agent', label: 'Lead Agent', page: { ...aiServices, sentences: [['plus']] } },
  { key: 'mcp-connect', label: 'MCP Connect', page: { ...aiServices, sentences: [['plus']] } },
];

/** Returns the name of a newer feature in one language. */
export function getNewerFeatureLabel({ label }: NewerFeature, language: Language): string {
  return typeof label === 'string' ? label : label[language];
}
