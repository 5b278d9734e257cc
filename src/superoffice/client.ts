import type { KeyObject } from 'node:crypto';
import { type CircuitBreaker, createCircuitBreaker } from './api/circuit-breaker.ts';
import { type CrmAddresses, type CrmAddressForms, createCrmAddresses } from './api/crm-addresses.ts';
import { createTenantStates, type TenantStateCache } from './api/tenant-state.ts';
import { type CallTurn, createWebApi, type WebApi } from './api/web-api.ts';
import { type AuthorizationCodeFlow, createAuthorizationCodeFlow } from './auth/authorization-code.ts';
import { createIdTokenVerifier, type IdTokenVerifier } from './auth/id-token.ts';
import { createJwks, type Jwks } from './auth/jwks.ts';
import { createSystemUser } from './auth/system-user.ts';
import { createSystemUserJwtVerifier } from './auth/system-user-jwt.ts';
import { createTickets, type TicketCache, type TicketStore } from './auth/tickets.ts';
import {
  type AudienceForm,
  createStateChangeTokenVerifier,
  type StateChangeTokenVerifier,
} from './callbacks/state-change-notification.ts';
import { createAllowedHosts, loginEndpoints } from './transport/endpoints.ts';
import { createHttp, type HttpCall } from './transport/http.ts';

/** All clients and verifiers of one app in one SuperOffice environment. */
export interface SuperOffice {
  readonly jwks: Jwks;
  readonly authorizationCodeFlow: AuthorizationCodeFlow;
  readonly verifyIdToken: IdTokenVerifier;
  readonly tickets: TicketCache;
  readonly webApi: WebApi;
  readonly states: TenantStateCache;
  readonly crmAddresses: CrmAddresses;
  readonly circuitBreaker: CircuitBreaker;
  readonly verifyStateChangeToken: StateChangeTokenVerifier;
}

/** Twice the five seconds above which SuperOffice itself considers a call slow. */
const timeoutMs = 10_000;

/** Creates the clients and verifiers of one environment. Sends no request. */
export function connectSuperOffice(deps: {
  readonly loginUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly privateKey: KeyObject;
  /** Hosts of the web API, see `createAllowedHosts`. */
  readonly apiHosts: readonly string[];
  /** The accepted forms of the audience of a state-change token. */
  readonly stateChangeAudiences: readonly AudienceForm[];
  readonly crmAddressForms: CrmAddressForms;
  readonly redirectUri: string;
  /** Called after every call, for logs and metrics. */
  readonly onCall: (call: HttpCall) => void;
  /** Called when the circuit of a tenant opens for `cooldownMs`. */
  readonly onCircuitOpen: (tenantId: string, cooldownMs: number) => void;
  /** Called when the state of a tenant was read although another one may be cached in other processes. */
  readonly onStateReadAgain: (tenantId: string) => void;
  readonly ticketStore: TicketStore;
  /** The rate limiter: how long to wait before a call, in ms; null if too many calls are waiting. */
  readonly acquireCall: (tenantId: string, turn: CallTurn) => Promise<number | null>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}): SuperOffice {
  const { clientId, clientSecret, privateKey, redirectUri, now, acquireCall } = deps;
  const endpoints = loginEndpoints(deps.loginUrl);
  const toAllowedUrl = createAllowedHosts(deps.apiHosts);
  const http = createHttp({ timeoutMs, onCall: deps.onCall });
  const keys = createJwks({ url: endpoints.jwks, http, now });
  const tokens = { jwks: keys, now };

  const verifyJwt = createSystemUserJwtVerifier(tokens);
  const systemUser = createSystemUser({ endpoints, clientSecret, privateKey, http, verifyJwt, now });
  const tickets = createTickets({ exchange: systemUser.exchange, store: deps.ticketStore, now });
  const states = createTenantStates({
    endpoints,
    http,
    toAllowedUrl,
    onReadAgain: deps.onStateReadAgain,
    now,
  });
  const circuitBreaker = createCircuitBreaker({ now, onOpen: deps.onCircuitOpen });
  const webApi = createWebApi({
    states,
    tickets,
    http,
    toAllowedUrl,
    clientSecret,
    circuitBreaker,
    acquireCall,
    now,
  });
  return {
    jwks: keys,
    authorizationCodeFlow: createAuthorizationCodeFlow({
      endpoints,
      clientId,
      clientSecret,
      redirectUri,
      http,
    }),
    verifyIdToken: createIdTokenVerifier({ ...tokens, issuer: endpoints.issuer, clientId }),
    tickets,
    webApi,
    states,
    crmAddresses: createCrmAddresses({
      webApi,
      states,
      toAllowedUrl,
      loginUrl: deps.loginUrl,
      forms: deps.crmAddressForms,
      now,
    }),
    circuitBreaker,
    verifyStateChangeToken: createStateChangeTokenVerifier({
      ...tokens,
      issuer: endpoints.issuer,
      clientId,
      audiences: deps.stateChangeAudiences,
    }),
  };
}
