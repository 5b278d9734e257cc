import { parseCookie } from 'cookie';
import type { Request, Response } from 'express';
import { randomToken } from './credentials.ts';
import type { Tenant, Tenants, User } from './tenants.ts';

const cookieName = 'SoOnlineAuth';

/** A browser session with SuperID, of one user of one tenant. */
export interface SuperIdSession {
  readonly id: string;
  readonly tenant: Tenant;
  readonly user: User;
}

export interface SuperIdSessions {
  /** The session of the browser, or undefined. */
  read(req: Request): SuperIdSession | undefined;
  /** Signs the browser in. `atProvider` means that the user comes from their identity provider. */
  start(res: Response, userName: string, atProvider: boolean): void;
  /**
   * True when a federated user must visit their identity provider first. One visit allows one code.
   */
  needsProvider(session: SuperIdSession): boolean;
  /** Clears the user's visit to their identity provider. */
  clearProviderVisit(session: SuperIdSession): void;
  end(req: Request, res: Response): void;
  reset(): void;
}

/**
 * Creates the SuperID sessions, based on a cookie of the login domain that works in a frame
 * (docs/superoffice/auth.md#7-iframe-sign-in).
 */
export function createSuperIdSessions(deps: { tenants: Tenants }): SuperIdSessions {
  const sessions = new Map<string, { userName: string; atProvider: boolean }>();
  const readId = (req: Request) => parseCookie(req.headers.cookie ?? '')[cookieName] ?? '';
  const options = { httpOnly: true, secure: true, sameSite: 'none', path: '/' } as const;

  return {
    read: (req) => {
      const id = readId(req);
      const found = deps.tenants.findUser(sessions.get(id)?.userName ?? '');
      return found && { id, ...found };
    },
    start: (res, userName, atProvider) => {
      const id = randomToken(43);
      sessions.set(id, { userName, atProvider });
      res.cookie(cookieName, id, options);
    },
    needsProvider: ({ id, user }) => isFederated(user) && sessions.get(id)?.atProvider !== true,
    clearProviderVisit: ({ id }) => {
      const session = sessions.get(id);
      if (session) session.atProvider = false;
    },
    end: (req, res) => {
      sessions.delete(readId(req));
      res.clearCookie(cookieName, options);
    },
    reset: () => sessions.clear(),
  };
}

/** True for users of an external identity provider such as Google or Microsoft. */
export function isFederated(user: User): boolean {
  return user.identityProvider !== 'superoffice-online' && user.identityProvider !== 'central-superid';
}

/** Returns `path` if it is a path of this site, else the front page; never another origin. */
export function localPath(path: unknown): string {
  return typeof path === 'string' && /^\/(?![/\\])\S*$/.test(path) ? path : '/';
}
