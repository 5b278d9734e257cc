import type { KeyObject } from 'node:crypto';
import { type CircuitBreaker, createCircuitBreaker } from './api/circuit-breaker.ts';
import { createTenantStates, type TenantStates } from './api/tenant-state.ts';
import { createWebApi, type WebApi } from './api/web-api.ts';
import { createAuthorizationCodeFlow, type SignIn } from './auth/authorization-code.ts';
import { createIdTokenVerifier, type IdTokenVerifier } from './auth/id-token.ts';
import { createJwks, type Jwks } from './auth/jwks.ts';
import { createSystemUser } from './auth/system-user.ts';
import { createSystemUserJwtVerifier } from './auth/system-user-jwt.ts';
import { createTickets, type TicketStore, type Tickets } from './auth/tickets.ts';
import {
  assumedStateChangeAudiences,
  createStateChangeTokenVerifier,
  type StateChangeTokenVerifier,
} from './callbacks/state-change-token.ts';
import { createAllowedHosts, loginEndpoints } from './transport/endpoints.ts';
import { createHttp, type HttpCall } from './transport/http.ts';

/** One app's whole connection to one SuperOffice environment. */
export interface SuperOffice {
  readonly keys: Jwks;
  readonly signIn: SignIn;
  readonly verifyIdToken: IdTokenVerifier;
  readonly tickets: Tickets;
  readonly webApi: WebApi;
  readonly states: TenantStates;
  readonly circuitBreaker: CircuitBreaker;
  readonly verifyStateChangeToken: StateChangeTokenVerifier;
}

export interface SuperOfficeOptions {
  readonly loginUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly privateKey: KeyObject;
  readonly apiHosts: readonly string[];
  readonly redirectUri: string;
  /** Hears of every call made, for logs; never of its contents. */
  readonly onCall: (call: HttpCall) => void;
  /** Hears that a tenant is left alone for so long, ms. */
  readonly onCircuitOpen: (tenantId: string, cooldownMs: number) => void;
  readonly ticketStore: TicketStore;
  /** Takes a place among a tenant's calls: how long to wait, ms; null where too many wait. */
  readonly acquireCall: (tenantId: string) => Promise<number | null>;
  readonly now: () => number;
}

/** SuperOffice answers within five seconds or counts itself slow (the web API's own threshold). */
const timeoutMs = 10_000;

/** Connects the parts of this folder. */
export function connectSuperOffice(options: SuperOfficeOptions): SuperOffice {
  const { clientId, clientSecret, privateKey, redirectUri, now } = options;
  const endpoints = loginEndpoints(options.loginUrl);
  const toAllowedUrl = createAllowedHosts(options.apiHosts);
  const http = createHttp({ timeoutMs, onCall: options.onCall });
  const keys = createJwks({ url: endpoints.jwks, http, now });
  const tokens = { jwks: keys, now };

  const verifyJwt = createSystemUserJwtVerifier(tokens);
  const systemUser = createSystemUser({ endpoints, clientSecret, privateKey, http, verifyJwt, now });
  const tickets = createTickets({ exchange: systemUser.exchange, shared: options.ticketStore, now });
  const states = createTenantStates({ endpoints, http, toAllowedUrl, now });
  const circuitBreaker = createCircuitBreaker({ now, onOpen: options.onCircuitOpen });
  const { acquireCall } = options;
  return {
    keys,
    signIn: createAuthorizationCodeFlow({ endpoints, clientId, clientSecret, redirectUri, http }),
    verifyIdToken: createIdTokenVerifier({ ...tokens, issuer: endpoints.issuer, clientId }),
    tickets,
    webApi: createWebApi({ states, tickets, http, toAllowedUrl, clientSecret, circuitBreaker, acquireCall }),
    states,
    circuitBreaker,
    verifyStateChangeToken: createStateChangeTokenVerifier({
      ...tokens,
      issuer: endpoints.issuer,
      audiences: assumedStateChangeAudiences(clientId),
    }),
  };
}
