import { getAddOnLabel } from '../../licensing/catalogue/add-ons.ts';
import type { Ask } from '../../licensing/catalogue/published-pages.ts';
import {
  isAddOn,
  isBasicPlan,
  isEveryPlan,
  type PublishedPage,
  type Statement,
} from '../../licensing/catalogue/published-requirement.ts';
import type { Documentation } from '../../licensing/entitlements/entitlement.ts';
import { documentationUrl } from '../documentation-links.ts';
import { planLabel } from '../plan-names.ts';
import type { Language } from '../rendering/i18n.ts';

/** A link to a page of SuperOffice's documentation. */
interface PageLink {
  readonly url: string;
  readonly text: string;
  /** Whether the page does not exist in the reader's language, so that the link leads to the English one. */
  readonly inEnglish: boolean;
}

/** What SuperOffice's documentation says about a feature. */
export interface DocumentationView {
  readonly page: PageLink;
  /** The day of the edition that was read. */
  readonly asOf: string;
  readonly statements: readonly { readonly text: string; readonly page: PageLink | null }[];
  /** The text on statements that disagree; empty if they agree. */
  readonly conflict: string;
  readonly notes: readonly string[];
}

/** Describes what SuperOffice's documentation says about a feature. */
export function describeDocumentation(documentation: Documentation, language: Language): DocumentationView {
  const { page, statements, conflict, parts, ended } = documentation;
  const { t, date } = language;
  return {
    page: toPageLink(page, t('documentation.page'), language),
    asOf: t('documentation.asOf', { date: date(page.read) }),
    statements: statements.map((statement) => ({
      text: t(`documentation.${textOf(statement)}`, { plans: namePlans(statement.anyOf, language) }),
      page: linkOtherPage(statement, language),
    })),
    conflict: conflict ? t('documentation.conflict') : '',
    notes: [
      ...(ended === null ? [] : [t('documentation.ended', { date: date(ended) })]),
      ...parts.map(({ part, anyOf }) =>
        t(`documentation.part.${part}`, { plans: namePlans(anyOf, language) }),
      ),
    ],
  };
}

/** Links to a page in the reader's language, or else in English. */
function toPageLink(page: PublishedPage, text: string, { code }: Pick<Language, 'code'>): PageLink {
  return { url: documentationUrl(page, code), text, inEnglish: !page.languages.includes(code) };
}

/** Names alternatives, for example `Sales-Premium or CRM Suite Growth or higher`. */
function namePlans(anyOf: readonly Ask[], language: Language): string {
  const { t, or } = language;
  const every = isEveryPlan(anyOf);
  const names = anyOf
    .filter((ask) => !every || !isBasicPlan(ask))
    .map((ask) => {
      if (isAddOn(ask)) return getAddOnName(ask, language);
      const plan = planLabel(ask, language);
      return isBasicPlan(ask) ? plan : t('documentation.orHigher', { plan });
    });
  return or(every ? [t('documentation.everyPlan'), ...names] : names);
}

function linkOtherPage({ otherPage }: Statement, language: Language): PageLink | null {
  return otherPage === null
    ? null
    : toPageLink(otherPage, language.t('documentation.otherPageLink'), language);
}

// The pages call this add-on by the name of its license.
function getAddOnName(key: Extract<Ask, Parameters<typeof getAddOnLabel>[0]>, { code }: Language): string {
  return key === 'expander-services' ? 'Development Tools' : getAddOnLabel(key, code);
}

function textOf({ source, otherPage }: Statement): string {
  if (otherPage !== null) return 'other-page';
  return source === 'administration-page' ? 'front-matter' : source;
}
