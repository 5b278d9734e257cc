import { lookup } from 'node:dns/promises';
import { z } from 'zod';
import type { AuthorizationCodeFlow } from '../superoffice/auth/authorization-code.ts';
import type { Jwks } from '../superoffice/auth/jwks.ts';
import type { HttpClient, HttpResponse } from '../superoffice/transport/http.ts';
import { SuperOfficeError } from '../superoffice/transport/superoffice-error.ts';
import {
  type CheckResult,
  developerPortalLocation,
  failed,
  passed,
  runAgain,
  undecided,
} from './check-result.ts';

/** The app's configuration and its connection to SuperOffice. */
export interface AppCheckContext {
  readonly loginUrl: string;
  readonly publicUrl: string;
  readonly http: HttpClient;
  readonly jwks: Jwks;
  readonly authorizationCodeFlow: AuthorizationCodeFlow;
  readonly now: () => number;
}

const discoverySchema = z.object({ issuer: z.string() });
/** A signature is valid for some minutes (docs/superoffice/auth.md#52-signing); how many is not documented. */
const clockToleranceMs = 2 * 60_000;

/** Checks the app's configuration step by step; stops after a failure that makes further checks pointless. */
export async function* checkApp(app: AppCheckContext): AsyncGenerator<CheckResult> {
  for (const step of [
    checkHostName,
    checkEnvironment,
    checkJwks,
    checkClient,
    checkRedirectUrl,
    checkPublicUrl,
  ]) {
    const result = await step(app);
    yield result;
    if (result.ok === false && (step === checkHostName || step === checkEnvironment)) return;
  }
}

async function checkHostName({ loginUrl }: AppCheckContext): Promise<CheckResult> {
  const { hostname } = new URL(loginUrl);
  const address = await lookup(hostname.replace(/^\[|\]$/g, '')).catch(() => null);
  return address === null
    ? failed(
        'DNS',
        `${hostname} cannot be resolved.`,
        'Check SUPEROFFICE_ENVIRONMENT (or SUPEROFFICE_LOGIN_URL), then the DNS configuration of this machine.',
      )
    : passed('DNS', `${hostname} can be resolved.`);
}

/** Checks that the host is the sign-in of the configured environment, and that its clock agrees with ours. */
async function checkEnvironment({ loginUrl, http, now }: AppCheckContext): Promise<CheckResult> {
  const step = 'environment';
  const url = `${loginUrl}/login/.well-known/openid-configuration`;
  const response = await get(http, 'discovery', url);
  if (response === null) {
    const remedy = 'Check that this machine can reach it by HTTPS: firewall, proxy, certificate authorities.';
    return failed(step, `${loginUrl} does not respond.`, remedy);
  }
  const discovery = discoverySchema.safeParse(response.body);
  if (!discovery.success || discovery.data.issuer !== loginUrl) {
    const remedy =
      'Set SUPEROFFICE_ENVIRONMENT to sod, stage or online; SUPEROFFICE_LOGIN_URL is for tests only.';
    return failed(step, `${loginUrl} is not the sign-in of this SuperOffice environment.`, remedy);
  }
  const offsetMs = now() - Date.parse(response.headers.date ?? '');
  if (Math.abs(offsetMs) > clockToleranceMs) {
    const minutes = Math.round(Math.abs(offsetMs) / 60_000);
    const remedy =
      'Synchronize it with a time server (NTP): SuperOffice rejects signatures with another time.';
    return failed(
      'clock',
      `This machine's clock is ${minutes} minutes ${offsetMs > 0 ? 'ahead' : 'behind'}.`,
      remedy,
    );
  }
  return passed(step, `${loginUrl} is the sign-in of this environment, and the clocks agree.`);
}

async function checkJwks({ jwks }: AppCheckContext): Promise<CheckResult> {
  return jwks.prefetch().then(
    () => passed('JWKS', 'The signing keys of SuperOffice were fetched.'),
    () =>
      failed(
        'JWKS',
        'The signing keys of SuperOffice could not be fetched, so no token can be verified.',
        'Run the doctor again later; if the failure persists, contact SuperOffice.',
      ),
  );
}

/** Exchanges an invalid code. SuperOffice may report an unknown client before an invalid code, or both alike. */
async function checkClient({ authorizationCodeFlow }: AppCheckContext): Promise<CheckResult> {
  const step = 'client';
  try {
    await authorizationCodeFlow.exchangeCode({ code: 'doctor', codeVerifier: 'doctor'.repeat(8) });
  } catch (error) {
    const code = error instanceof SuperOfficeError ? error.code : '';
    if (code === 'code-refused') return passed(step, 'SuperOffice accepts the client ID and secret.');
    if (code === 'sign-in-refused')
      return undecided(
        step,
        'SuperOffice responds alike to a wrong client ID, a wrong client secret and the test code of this check.',
        'To find out, run `planlens doctor` with a tenant that installed the app, or sign in once: both use the client secret.',
      );
    if (code === 'client-refused')
      return failed(
        step,
        'SuperOffice does not accept the client ID and secret.',
        `Compare SUPEROFFICE_CLIENT_ID and SUPEROFFICE_CLIENT_SECRET with ${developerPortalLocation}: each environment has its own.`,
      );
  }
  return failed(step, 'SuperOffice gave no usable response about the client.', runAgain);
}

/** The sign-in page continues for a registered redirect URL and shows an error page for another one. */
async function checkRedirectUrl({
  authorizationCodeFlow,
  http,
  publicUrl,
}: AppCheckContext): Promise<CheckResult> {
  const step = 'redirect URL';
  const text = 'doctor'.repeat(8);
  const url = authorizationCodeFlow.authorizeUrl({
    state: text,
    nonce: text,
    codeChallenge: text.slice(0, 43),
  });
  const response = await get(http, 'authorize', url);
  const redirectUrl = `${publicUrl}/auth/callback`;
  if (response === null) return failed(step, 'The sign-in of SuperOffice does not respond.', runAgain);
  const refused = response.status >= 400 || /InvalidRedirectUrl|Technical error/.test(String(response.body));
  return refused
    ? failed(
        step,
        `SuperOffice does not accept ${redirectUrl} as a redirect URL of this client.`,
        `Add exactly this URL under Redirect URLs in ${developerPortalLocation}, or correct PUBLIC_URL or SUPEROFFICE_CLIENT_ID.`,
      )
    : passed(step, `${redirectUrl} is registered.`);
}

async function checkPublicUrl({ http, publicUrl }: AppCheckContext): Promise<CheckResult> {
  const step = 'public URL';
  const response = await get(http, 'public URL', `${publicUrl}/healthz`);
  return response?.status === 200
    ? passed(step, `A running Planlens responds at ${publicUrl}.`)
    : failed(
        step,
        `No running Planlens responds at ${publicUrl}, as seen from this machine.`,
        'Start it, then check the proxy, the certificate and PUBLIC_URL: SuperOffice must reach it from outside.',
      );
}

/** @returns null if there is no response */
async function get(http: HttpClient, operation: string, url: string): Promise<HttpResponse | null> {
  return http.request({ operation, method: 'GET', url }).catch(() => null);
}
