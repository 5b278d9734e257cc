import type { Request, Response } from 'express';
import { z } from 'zod';
import type { SecretBox } from '../../crypto/secret-box.ts';
import { readCookie, writeCookie } from '../middleware/cookies.ts';
import type { Session } from './session.ts';

/** A form as it was sent. */
const draftSchema = z.object({ action: z.string(), fields: z.record(z.string(), z.string()) });
export type FormDraft = Readonly<z.infer<typeof draftSchema>>;

/** Forms that were sent when their administrator had to sign in again. The browser stores them, encrypted. */
export interface FormDrafts {
  /** Keeps the form of a request for its user. A form that does not fit into a cookie is dropped. */
  keep(request: Request, response: Response, session: Session): void;
  /** The form that was kept for the user, once; null if there is none. */
  take(request: Request, response: Response, session: Session): FormDraft | null;
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
      const { csrf: _, ...fields }: Record<string, string> = request.body;
      const draft = secrets.encrypt(
        JSON.stringify({ action: request.path, fields }),
        associatedData(session),
      );
      if (draft.length <= maxLength) writeCookie(response, cookieName, draft, lifetimeMs);
    },

    take(request, response, session) {
      const draft = readCookie(request, cookieName);
      if (draft === undefined) return null;
      writeCookie(response, cookieName, '', 0);
      try {
        return draftSchema.parse(JSON.parse(secrets.decrypt(draft, associatedData(session))));
      } catch {
        return null;
      }
    },
  };
}

function associatedData({ tenantId, associateId }: Session): string {
  return `${tenantId}/${associateId}/form draft`;
}
