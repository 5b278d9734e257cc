import type { Request, Response } from 'express';
import { z } from 'zod';
import type { SecretBox } from '../../crypto/secret-box.ts';
import type { AdministratorPath } from '../administrator-pages.ts';
import { readCookie, writeCookie } from '../middleware/cookies.ts';
import type { Session, Sessions } from './session.ts';

/** A form as it was sent, with the CSRF token that tells whose form it is. */
const draftSchema = z.object({
  page: z.string(),
  fields: z.object({ csrf: z.string() }).catchall(z.union([z.string(), z.array(z.string())])),
});

/** The fields of a form by name; a field that was sent several times has several values. */
type FormFields = Readonly<Record<string, string | readonly string[]>>;

/**
 * Forms of administrators that were sent without a valid sign-in. The browser stores them, encrypted, until the user who
 * opened the form has signed in.
 */
export interface FormDrafts {
  /** Keeps the form of a request for its page. @returns false if it is no form of ours, or does not fit into a cookie */
  keep(request: Request, response: Response, page: AdministratorPath): boolean;
  /** The fields that the user sent with a form of this page, once; null if none are kept. */
  take(request: Request, response: Response, session: Session, page: AdministratorPath): FormFields | null;
}

const cookieName = '__Host-planlens-draft';
/** The time to sign in, ms. */
const lifetimeMs = 10 * 60_000;
/** Browsers store cookies up to 4,096 bytes, attributes included. */
const maxLength = 3_800;
const associatedData = 'form draft';

/** @param deps.secrets encrypts the drafts */
export function createFormDrafts({
  secrets,
  sessions,
}: {
  secrets: SecretBox;
  sessions: Pick<Sessions, 'openedForm'>;
}): FormDrafts {
  return {
    keep(request, response, page) {
      const draft = draftSchema.safeParse({ page, fields: request.body });
      if (!draft.success) return false;
      const cookie = secrets.encrypt(JSON.stringify(draft.data), associatedData);
      if (cookie.length > maxLength) return false;
      writeCookie(response, cookieName, cookie, lifetimeMs);
      return true;
    },

    take(request, response, session, page) {
      const cookie = readCookie(request, cookieName);
      if (cookie === undefined) return null;
      const draft = decrypt(cookie);
      if (draft !== null && draft.page !== page) return null;
      writeCookie(response, cookieName, '', 0);
      if (draft === null) return null;
      const { csrf, ...fields } = draft.fields;
      return sessions.openedForm(session, csrf) ? fields : null;
    },
  };

  function decrypt(cookie: string): z.infer<typeof draftSchema> | null {
    try {
      return draftSchema.parse(JSON.parse(secrets.decrypt(cookie, associatedData)));
    } catch {
      return null;
    }
  }
}
