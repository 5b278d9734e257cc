import { once } from 'node:events';
import { Session } from 'better-sse';
import type { Request, Response } from 'express';
import { AppError } from '../../../errors.ts';
import { collectChanges } from './collect-changes.ts';
import { isDataVersion, splitDataVersion } from './data-version.ts';
import type { DataVersions } from './data-versions.ts';
import { StreamConnection } from './stream-connection.ts';
import type { StreamClaims } from './stream-token.ts';

/** How many event streams may be open, and how they are kept. */
export interface StreamLimits {
  /** In this process: the other half of its connections stays for requests. */
  readonly perProcess: number;
  readonly perKey: number;
  /** Several windows of one user. */
  readonly perUser: number;
  /** How often a comment is sent, ms: proxies close a connection on which nothing was sent for a minute. */
  readonly heartbeatMs: number;
  /** How long changes are collected before a notice, ms: the other processes have heard of them by then. */
  readonly collectMs: number;
}

/** The limits of one process. */
export const streamLimits: StreamLimits = {
  perProcess: 2_000,
  perKey: 1_500,
  perUser: 10,
  heartbeatMs: 25_000,
  collectMs: 250,
};

/** When a client opens its stream again, ms, spread so that those of a stopped process do not return together. */
const retryMs = { from: 1_000, to: 4_000 } as const;
const retryAfterSeconds = 30;

interface Stream {
  readonly claims: StreamClaims;
  readonly session: Session;
  readonly connection: StreamConnection;
  /** The version that the client has or was notified of. */
  seen: string;
}

/** The event streams of this process, which tell clients to evaluate their flags again. */
export interface EventStreams {
  /**
   * Opens the stream of a token. A client that has an older version than the current one is notified within `collectMs`.
   * @throws AppError `api-key-invalid` if a key was revoked or the tenant removed, `api-limit`
   */
  open(request: Request, response: Response, claims: StreamClaims): Promise<void>;
}

interface EventStreamsDeps {
  readonly versions: DataVersions;
  /** Whether all keys are valid: neither revoked nor expired. */
  readonly areKeysValid: (tenantId: string, keyIds: readonly string[]) => Promise<boolean>;
  /** Calls the listener when keys of a tenant changed in any process; null stands for all. */
  readonly onKeyChange: (listener: (tenantId: string | null) => void) => void;
  /** Calls the listener when data of a tenant (`Cust12345`) or of a user (`Cust12345/101`) changed; null stands for all. */
  readonly onDataChange: (listener: (key: string | null) => void) => void;
  /** Calls the listener when the licenses of a user (`Cust12345/101`) changed in SuperOffice and nobody has read them. */
  readonly onExpiry: (listener: (key: string) => void) => void;
  /** Reads the licenses of a user; a change of them is one of `onDataChange`. */
  readonly readUser: (tenantId: string, associateId: number) => Promise<void>;
  /** Calls the listener when the data of a tenant or of a user were removed; null stands for all. */
  readonly onRemoval: (listener: (key: string | null) => void) => void;
  readonly onError: (error: unknown) => void;
  /** Aborted when the process stops. */
  readonly stopping: AbortSignal;
  readonly limits: StreamLimits;
  /** Ms since 1970. */
  readonly now: () => number;
}

/** Keeps event streams. They hold no data: a notice only says that there is something new. */
export function createEventStreams(deps: EventStreamsDeps): EventStreams {
  const { versions, limits, stopping, now } = deps;
  const open = new Set<Stream>();
  const pick = (matches: (stream: Stream) => boolean) => [...open].filter(matches);
  const changes = collectChanges<string | null>(limits.collectMs, (keys) => {
    notifyOf(keys).catch((error: unknown) => {
      deps.onError(error);
      const checkAgain = () => {
        for (const key of keys) changes.add(key);
      };
      setTimeout(checkAgain, limits.heartbeatMs).unref();
    });
  });

  deps.onDataChange((key) => {
    if (open.size > 0) changes.add(key);
  });
  deps.onExpiry((key) => {
    const [stream] = pick(({ claims }) => userKey(claims) === key);
    if (stream !== undefined)
      deps.readUser(stream.claims.tenantId, stream.claims.associateId).catch(deps.onError);
  });
  deps.onKeyChange((tenantId) => void endInvalid(tenantId).catch(deps.onError));
  deps.onRemoval((key) => {
    if (key === null) void endInvalid(null).catch(deps.onError);
    else for (const stream of pick(({ claims }) => keysOf(claims).includes(key))) end(stream);
  });
  stopping.addEventListener('abort', () => open.forEach(end), { once: true });
  watch();

  /** Ends streams whose time is over, and looks for a new day, on which licenses may begin or end. */
  function watch(): void {
    let day = versions.today();
    const timer = setInterval(() => {
      for (const stream of pick(({ claims }) => claims.expiresAt <= now())) end(stream);
      if (versions.today() === day) return;
      day = versions.today();
      changes.add(null);
    }, limits.heartbeatMs);
    timer.unref();
    stopping.addEventListener('abort', () => clearInterval(timer), { once: true });
  }

  /** Tells the clients concerned whose version is no longer the current one. */
  async function notifyOf(keys: ReadonlySet<string | null>): Promise<void> {
    const concerned = pick(({ claims }) => [...keysOf(claims), null].some((key) => keys.has(key)));
    for (const tenantId of new Set(concerned.map(({ claims }) => claims.tenantId))) {
      const ofTenant = await versions.ofTenant(tenantId);
      // The removal ends the streams.
      if (ofTenant === null) continue;
      const streams = concerned.filter(({ claims }) => claims.tenantId === tenantId);
      const users = streams
        .filter(({ claims }) => keys.has(null) || keys.has(userKey(claims)))
        .map(({ claims }) => claims.associateId);
      const ofUsers = await versions.ofUsers(tenantId, [...new Set(users)]);
      for (const stream of streams) {
        const known = splitDataVersion(stream.seen).ofUser;
        tell(stream, `${ofTenant}.${ofUsers.get(stream.claims.associateId) ?? known}`);
      }
    }
  }

  function tell(stream: Stream, current: string): void {
    if (stream.seen === current || !stream.session.isConnected) return;
    stream.seen = current;
    stream.session.push({ type: 'refetchEvaluation' }, 'message', current);
  }

  async function endInvalid(tenantId: string | null): Promise<void> {
    for (const stream of pick(({ claims }) => tenantId === null || claims.tenantId === tenantId))
      if (!(await isValid(stream.claims))) end(stream);
  }

  async function isValid({ tenantId, keyIds }: StreamClaims): Promise<boolean> {
    return (await versions.ofTenant(tenantId)) !== null && (await deps.areKeysValid(tenantId, keyIds));
  }

  function end(stream: Stream): void {
    open.delete(stream);
    stream.connection.close();
  }

  /** @throws AppError `api-limit` */
  function requireRoom({ tenantId, associateId, keyIds }: StreamClaims): void {
    const [keyId] = keyIds;
    const ofKey = pick(({ claims }) => claims.keyIds[0] === keyId);
    const ofUser = ofKey.filter(
      ({ claims }) => claims.tenantId === tenantId && claims.associateId === associateId,
    );
    const isFull =
      open.size >= limits.perProcess || ofKey.length >= limits.perKey || ofUser.length >= limits.perUser;
    if (isFull || stopping.aborted) throw new AppError('api-limit', { retryAfterSeconds });
  }

  return {
    async open(request, response, claims) {
      if (!(await isValid(claims))) throw new AppError('api-key-invalid');
      requireRoom(claims);
      const connection = new StreamConnection(request, response);
      const retry = Math.round(retryMs.from + Math.random() * (retryMs.to - retryMs.from));
      const session = new Session(connection, { retry, keepAlive: limits.heartbeatMs });
      const stream = { claims, session, connection, seen: lastSeen(request) ?? claims.seen };
      open.add(stream);
      session.once('disconnected', () => open.delete(stream));
      await once(session, 'connected');
      // Checked with those that are opened at the same time, as after a restart.
      changes.add(userKey(claims));
    },
  };
}

/** The version of the last notice that the client received before it opened the stream again; null if there is none. */
function lastSeen({ headers }: Request): string | null {
  const id = headers['last-event-id'];
  return typeof id === 'string' && isDataVersion(id) ? id : null;
}

function userKey({ tenantId, associateId }: StreamClaims): string {
  return `${tenantId}/${associateId}`;
}

/** The keys of the changes and removals that concern the user of a stream. */
function keysOf(claims: StreamClaims): readonly string[] {
  return [claims.tenantId, userKey(claims)];
}
