import { verify } from 'node:crypto';
import type { Router } from 'express';
import { z } from 'zod';
import { type AppRegistration, systemUserToken } from './app-registration.ts';
import type { Credentials } from './credentials.ts';
import type { Intercept } from './fault-injection.ts';
import type { Tenant, Tenants } from './tenants.ts';
import type { Tokens } from './tokens.ts';

const windowMs = 15 * 60 * 1000;

const authenticateRequest = z.object({
  SignedSystemToken: z.string(),
  ApplicationToken: z.string(),
  ContextIdentifier: z.string(),
  ReturnTokenType: z.string(),
});
type AuthenticateRequest = z.infer<typeof authenticateRequest>;

/**
 * The errors of docs/superoffice/auth.md#54-response, in the format SuperOffice displays. That this endpoint
 * returns them is an assumption.
 */
type Refusal = 'Revoked (1)' | 'Denied (4)' | 'InvalidTimestamp (6)' | 'InvalidSignature (7)';

export interface SystemUserDeps {
  readonly app: AppRegistration;
  readonly tenants: Tenants;
  readonly credentials: Credentials;
  readonly tokens: Tokens;
  readonly intercept: Intercept;
  readonly now: () => number;
}

/**
 * Serves the exchange of a signed system user token for a JWT that carries a ticket
 * (docs/superoffice/auth.md#53-request to #55-jwt-and-ticket).
 */
export function serveSystemUser(router: Router, deps: SystemUserDeps): void {
  const intercept = deps.intercept('SystemUser.Authenticate');
  router.post('/Login/api/PartnerSystemUser/Authenticate', intercept, (req, res) => {
    const request = authenticateRequest.safeParse(req.body);
    if (!request.success || request.data.ReturnTokenType.toUpperCase() !== 'JWT') {
      return res.status(400).json({ IsSuccessful: false, Token: null, ErrorMessage: 'Malformed request' });
    }
    const tenant = deps.tenants.find(request.data.ContextIdentifier);
    const refusal = findRefusal(deps, request.data, tenant);
    if (refusal !== undefined || !tenant) {
      return res.json({ IsSuccessful: false, Token: null, ErrorMessage: `Authorization error: ${refusal}` });
    }
    const ticket = deps.credentials.issueTicket(tenant.contextIdentifier);
    return res.json({
      IsSuccessful: true,
      Token: deps.tokens.systemUserJwt(tenant, ticket),
      ErrorMessage: null,
    });
  });
}

function findRefusal(
  { app, now }: SystemUserDeps,
  request: AuthenticateRequest,
  tenant: Tenant | undefined,
): Refusal | undefined {
  if (!tenant || request.ApplicationToken !== app.clientSecret) return 'Denied (4)';
  const signed = parseSigned(request.SignedSystemToken);
  if (!signed || !isSignedBy(app, signed)) return 'InvalidSignature (7)';
  if (Math.abs(now() - signed.time) > windowMs) return 'InvalidTimestamp (6)';
  if (signed.token !== systemUserToken(app, tenant.contextIdentifier)) return 'Denied (4)';
  return tenant.approved ? undefined : 'Revoked (1)';
}

interface SignedToken {
  readonly token: string;
  /** The UTC minute of signing, in milliseconds. */
  readonly time: number;
  /** The signed text: `token.yyyyMMddHHmm`. */
  readonly data: string;
  readonly signature: Buffer;
}

function parseSigned(text: string): SignedToken | undefined {
  const match = /^(([^.]+)\.(\d{4})(\d\d)(\d\d)(\d\d)(\d\d))\.([A-Za-z0-9+/]+={0,2})$/.exec(text);
  if (!match) return undefined;
  const [, data = '', token = '', year, month, day, hour, minute, signature = ''] = match;
  const time = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute));
  return { token, time, data, signature: Buffer.from(signature, 'base64') };
}

function isSignedBy(app: AppRegistration, { data, signature }: SignedToken): boolean {
  return verify('RSA-SHA256', Buffer.from(data, 'utf8'), app.publicKey, signature);
}
