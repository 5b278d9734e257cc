import type { Request } from 'express';
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import type { LicenseEngine } from '../../licensing/entitlement-engine.ts';
import type { LicenseHistory } from '../../snapshots/license-history.ts';
import type { LicenseSnapshots } from '../../snapshots/license-snapshots.ts';
import type { WishStore } from '../../tenants/access-request-store.ts';
import { languageAskedBy } from '../links.ts';
import type { Languages } from '../rendering/i18n.ts';
import { dayOf } from '../rendering/timestamps.ts';
import type { Views } from '../rendering/views.ts';
import type { Administrator } from '../sign-in/require-administrator.ts';
import type { Sessions } from '../sign-in/session.ts';
import { adminView, type RefusedForm } from './admin-view.ts';

const mostAnswered = 50;
const mostChanges = 50;

/** The wish that was answered just now; null where none was. */
const answeredSchema = z.uuid().nullable().catch(null);

/**
 * The administrators' page of their own tenant, as HTML. A refused form is shown as it was sent, with what is wrong.
 * @throws AppError `wish-answered` where the refused answer is to a wish that waits for none
 */
export type AdminPage = (
  request: Request,
  administrator: Administrator,
  refused: RefusedForm | null,
) => Promise<string>;

/** Puts the administrators' page together: what users asked for, seats, what does not add up, the contract. */
export function createAdminPage(deps: {
  sessions: Sessions;
  wishes: WishStore;
  licenses: LicenseSnapshots;
  history: LicenseHistory;
  licenseEngine: LicenseEngine;
  languages: Languages;
  views: Views;
  now: () => number;
}): AdminPage {
  const { sessions, wishes, licenses, history, licenseEngine, languages, views, now } = deps;

  return async function adminPage(request, { tenant, session }, refused) {
    const [bought, asked, changes] = await Promise.all([
      licenses.ofTenant(tenant),
      wishes.ofTenant(tenant.ctx, mostAnswered),
      history.latest(tenant.ctx, mostChanges),
    ]);
    const waits = (id: string) => asked.some((wish) => wish.id === id && wish.state === 'open');
    if (refused?.form === 'answer' && !waits(refused.id)) throw new AppError('wish-answered');
    const today = dayOf(now());
    const plans = licenseEngine(bought?.content ?? null, today);
    const lang = languageAskedBy(request);
    const answered = answeredSchema.parse(request.query.answered);
    const language = languages.choose([lang, ...request.acceptsLanguages()]);
    const csrfToken = sessions.csrfToken(session);
    const shown = { tenant, wishes: asked, bought, plans, changes, today, csrfToken, language, refused };
    const page = adminView({ ...shown, lang, answered });
    return views('admin', language, page);
  };
}
