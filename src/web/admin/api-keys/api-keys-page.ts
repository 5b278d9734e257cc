import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import type { z } from 'zod';
import type { ApiKeyStore } from '../../../tenants/api-key-store.ts';
import { requestedLanguage } from '../../links.ts';
import { toAuditActor } from '../../middleware/audit-refusals.ts';
import { parseForm } from '../../rendering/form-parsing.ts';
import type { Views } from '../../rendering/views.ts';
import type { FormDrafts } from '../../sign-in/form-draft.ts';
import type { Administrator, AdministratorGuard } from '../../sign-in/require-administrator.ts';
import type { MakeAdminFrame } from '../admin-frame.ts';
import { apiKeyFormSchema, type NewApiKeyForm, parseNewApiKey } from './api-key-form.ts';
import { apiKeysView, type InvalidApiKey } from './api-keys-view.ts';

const path = '/admin/api-keys';

type Notice = 'repeated' | 'revoked' | 'not-sent';

/** What the page shows once, besides the list. */
interface Outcome {
  readonly refused?: InvalidApiKey;
  /** The new key itself. Only the response to its form has it. */
  readonly created?: { readonly name: string; readonly key: string };
  /** What the form did or did not do. */
  readonly notice?: Notice;
}

/**
 * Makes the handlers that list the API keys of the administrator's tenant, and create or revoke one. A new key is in the
 * response to its form, which no cache stores; sending the form again creates no other key and shows none.
 */
export function createApiKeysPage(deps: {
  administratorGuard: AdministratorGuard;
  drafts: FormDrafts;
  adminFrame: MakeAdminFrame;
  apiKeys: ApiKeyStore;
  views: Views;
  now: () => number;
}): { readonly show: RequestHandler; readonly send: RequestHandler } {
  const { administratorGuard, drafts, adminFrame, apiKeys, views, now } = deps;

  async function render(request: Request, administrator: Administrator, outcome: Outcome): Promise<string> {
    const { tenantId } = administrator.tenant;
    const [{ frame, language }, keys] = await Promise.all([
      adminFrame(request, administrator, 'apiKeys'),
      apiKeys.list(tenantId),
    ]);
    const { refused = null, created = null, notice = findNotice(request) } = outcome;
    return views('admin-api-keys', language, {
      ...frame,
      ...apiKeysView(keys, refused, { language, newId: randomUUID(), now: now() }),
      created,
      notice: noticeText(notice, language.t),
    });
  }

  async function create(
    request: Request,
    response: Response,
    administrator: Administrator,
    form: NewApiKeyForm,
  ): Promise<void> {
    const parsed = parseNewApiKey(form, now());
    const outcome =
      'error' in parsed
        ? parsed.error
        : await apiKeys.create(toAuditActor(request, administrator.session), parsed.created);
    if (typeof outcome === 'object') {
      const created = { name: form.name, key: outcome.key };
      response.send(await render(request, administrator, { created }));
    } else if (outcome === 'repeated')
      response.send(await render(request, administrator, { notice: 'repeated' }));
    else {
      const refused = { ...form, validationError: outcome === 'full' ? ('keys-full' as const) : outcome };
      response.status(400).send(await render(request, administrator, { refused }));
    }
  }

  return {
    async show(request, response) {
      const administrator = await administratorGuard.signInOrRequire(request, response, path);
      if (administrator === null) return;
      const draft = apiKeyFormSchema.safeParse(drafts.take(request, response, administrator.session, path));
      response.send(await render(request, administrator, draft.success ? notSent(draft.data) : {}));
    },

    async send(request, response) {
      const administrator = await administratorGuard.requireForForm(request, response, path);
      if (administrator === null) return;
      const form = parseForm(apiKeyFormSchema, request.body);
      if (form.intent === 'create') return create(request, response, administrator, form);
      const isRevoked = await apiKeys.revoke(toAuditActor(request, administrator.session), form.id);
      response.redirect(303, `${path}?lang=${requestedLanguage(request)}${isRevoked ? '&revoked=yes' : ''}`);
    },
  };
}

/** Tells about a form that came without its session: what was typed, or that no key was revoked. */
function notSent(form: z.infer<typeof apiKeyFormSchema>): Outcome {
  return form.intent === 'create'
    ? { refused: { ...form, validationError: 'not-sent' } }
    : { notice: 'not-sent' };
}

/** What a form did before it led to the page. */
function findNotice({ query }: Request): Notice | null {
  return query.revoked === 'yes' ? 'revoked' : null;
}

function noticeText(notice: Notice | null, t: (key: string) => string): string {
  switch (notice) {
    case 'repeated':
      return t('admin.apiKeys.repeated');
    case 'revoked':
      return t('admin.apiKeys.revoked');
    case 'not-sent':
      return t('admin.validationError.not-sent');
    case null:
      return '';
  }
}
