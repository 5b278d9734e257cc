import type { Request } from 'express';
import type { CrmAddresses } from '../../superoffice/api/crm-addresses.ts';
import type { AccessRequestStore } from '../../tenants/access-request-store.ts';
import { type AdminPageName, adminPages, viewQuery } from '../administrator-pages.ts';
import { requestedLanguage } from '../links.ts';
import type { Language, Languages } from '../rendering/i18n.ts';
import { type LanguageLink, languageLinks } from '../rendering/language-links.ts';
import type { Administrator } from '../sign-in/require-administrator.ts';
import type { Sessions } from '../sign-in/session.ts';

/** What all pages under `/admin` show, in `views/partials/admin-frame.ejs`. */
interface AdminFrame {
  /** The heading of the page and its entry in the navigation. */
  readonly title: string;
  readonly companyName: string;
  readonly tenantId: string;
  readonly csrfToken: string;
  /** Why nothing new is read; empty for an active tenant. */
  readonly statusNotice: string;
  /** The language in the page's URL, which every link carries on; may be empty. */
  readonly lang: string;
  readonly languages: readonly LanguageLink[];
  readonly crmUrl: string;
  readonly navigation: readonly {
    readonly href: string;
    readonly text: string;
    readonly isCurrent: boolean;
    /** The number of open access requests beside the entry of their page; empty if there is none. */
    readonly badge: string;
  }[];
}

/** Makes the frame of the page that a request asks for, and chooses its language. */
export type MakeAdminFrame = (
  request: Request,
  administrator: Administrator,
  page: AdminPageName,
) => Promise<{ readonly frame: AdminFrame; readonly language: Language }>;

/** Makes what all pages under `/admin` show. */
export function createAdminFrame(deps: {
  sessions: Sessions;
  crmAddresses: CrmAddresses;
  accessRequests: Pick<AccessRequestStore, 'countOpen'>;
  languages: Languages;
}): MakeAdminFrame {
  return async (request, { tenant, session }, page) => {
    const lang = requestedLanguage(request);
    const language = deps.languages.choose([lang, ...request.acceptsLanguages()]);
    const open = await deps.accessRequests.countOpen(tenant.tenantId);
    const frame = {
      title: language.t(`admin.page.${page}`),
      companyName: tenant.companyName,
      tenantId: tenant.tenantId,
      csrfToken: deps.sessions.csrfToken(session),
      statusNotice: tenant.status === 'active' ? '' : language.t(`notice.${tenant.status}`),
      lang,
      languages: languageLinks(language, viewQuery(request.query)),
      crmUrl: deps.crmAddresses.start(tenant.tenantId),
      navigation: adminPages.map(({ name, path }) => ({
        href: `${path}?lang=${lang}`,
        text:
          name === 'accessRequests'
            ? language.t('admin.menu.accessRequests')
            : language.t(`admin.page.${name}`),
        isCurrent: name === page,
        badge: name === 'accessRequests' && open > 0 ? language.number(open) : '',
      })),
    };
    return { frame, language };
  };
}
