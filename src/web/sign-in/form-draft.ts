import type { Request, Response } from 'express';
import { z } from 'zod';
import type { SecretBox } from '../../crypto/secret-box.ts';
import { readCookie, writeCookie } from '../middleware/cookies.ts';
import type { Session } from './session.ts';

/** A form as it was sent. */
const draftSchema = z.object({
  action: z.string(),
  fields: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
});

/** The fields of a form by name; a field that was sent several times has several values. */
type FormFields = Readonly<z.infer<typeof draftSchema>['fields']>;

/** Forms that were sent when their administrator had to sign in again. The browser stores them, encrypted. */
export interface FormDrafts {
  /** Keeps the form of a request for its user. A form that does not fit into a cookie is dropped. */
  keep(request: Request, response: Response, session: Session): void;
  /** The fields of the form with this action that were kept for the user, once; null if there are none. */
  take(request: Request, response: Response, session: Session, action: string): FormFields | null;
}

const cookieName = '__Host-planlens-draft';
/** The time to sign in, ms. */
const lifetimeMs = 10 * 60_000;
/** Browsers store cookies up to 4,096 bytes, attributes included. */
const maxLength = 3_800;

/** @param deps.secrets encrypts the drafts */
export function createFormDrafts({ secrets }: { secrets: SecretBox }): FormDrafts {
  return {
    keep(request, response, session) {
      const { csrf: _, ...fields }: FormFields = request.body;
      const draft = secrets.encrypt(
        JSON.stringify({ action: request.path, fields }),
        associatedData(session),
      );
      if (draft.length <= maxLength) writeCookie(response, cookieName, draft, lifetimeMs);
    },

    take(request, response, session, action) {
      const cookie = readCookie(request, cookieName);
      if (cookie === undefined) return null;
      const draft = decryptDraft(cookie, session);
      if (draft !== null && draft.action !== action) return null;
      writeCookie(response, cookieName, '', 0);
      return draft?.fields ?? null;
    },
  };

  function decryptDraft(cookie: string, session: Session): z.infer<typeof draftSchema> | null {
    try {
      return draftSchema.parse(JSON.parse(secrets.decrypt(cookie, associatedData(session))));
    } catch {
      return null;
    }
  }
}

function associatedData({ tenantId, associateId }: Session): string {
  return `${tenantId}/${associateId}/form draft`;
}
