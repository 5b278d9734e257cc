import { lookup } from 'node:dns/promises';
import { z } from 'zod';
import type { AuthorizationCodeFlow } from '../superoffice/auth/authorization-code.ts';
import type { Jwks } from '../superoffice/auth/jwks.ts';
import type { Http, HttpResponse } from '../superoffice/transport/http.ts';
import { SuperOfficeError } from '../superoffice/transport/superoffice-error.ts';
import { type CheckResult, failed, passed, portal } from './check-result.ts';

/** What is examined: how this app knows SuperOffice, and is known there. */
export interface AppCheckContext {
  readonly loginUrl: string;
  readonly publicUrl: string;
  readonly http: Http;
  readonly keys: Jwks;
  readonly signIn: AuthorizationCodeFlow;
  readonly now: () => number;
}

const discoverySchema = z.object({ issuer: z.string() });
/** A signature counts within minutes (docs/superoffice/auth.md#52-signing); how many is not documented. */
const clockToleranceMs = 2 * 60_000;

/** Examines the app's configuration step by step; what makes the next step senseless is the last. */
export async function* checkApp(app: AppCheckContext): AsyncGenerator<CheckResult> {
  for (const step of [name, environment, keys, client, redirect, publicAddress]) {
    const finding = await step(app);
    yield finding;
    if (!finding.ok && (step === name || step === environment)) return;
  }
}

async function name({ loginUrl }: AppCheckContext): Promise<CheckResult> {
  const { hostname } = new URL(loginUrl);
  const address = await lookup(hostname.replace(/^\[|\]$/g, '')).catch(() => null);
  return address === null
    ? failed(
        'name',
        `${hostname} has no address here.`,
        'Check SUPEROFFICE_ENVIRONMENT (or SUPEROFFICE_LOGIN_URL), then the name servers of this machine.',
      )
    : passed('name', `${hostname} has an address.`);
}

/** The right host, and its clock beside ours. */
async function environment({ loginUrl, http, now }: AppCheckContext): Promise<CheckResult> {
  const step = 'environment';
  const url = `${loginUrl}/login/.well-known/openid-configuration`;
  const answer = await answerOf(http, 'discovery', url);
  if (answer === null) {
    const mend = 'Check that this machine may reach it by https: firewall, proxy, certificate authorities.';
    return failed(step, `${loginUrl} does not answer.`, mend);
  }
  const told = discoverySchema.safeParse(answer.body);
  if (!told.success || told.data.issuer !== loginUrl) {
    const mend =
      'Set SUPEROFFICE_ENVIRONMENT to sod, stage or online; SUPEROFFICE_LOGIN_URL is for tests only.';
    return failed(step, `${loginUrl} is not a sign-in of SuperOffice, or another environment's.`, mend);
  }
  const offMs = now() - Date.parse(answer.headers.date ?? '');
  if (Math.abs(offMs) > clockToleranceMs) {
    const minutes = Math.round(Math.abs(offMs) / 60_000);
    const mend = 'Set it by a time server (NTP): SuperOffice refuses what is signed at another time.';
    return failed(
      'clock',
      `This machine's clock is ${minutes} minutes ${offMs > 0 ? 'ahead' : 'behind'}.`,
      mend,
    );
  }
  return passed(step, `${loginUrl} is the sign-in of this environment, and the clocks agree.`);
}

async function keys({ keys }: AppCheckContext): Promise<CheckResult> {
  return keys.prefetch().then(
    () => passed('signing keys', 'SuperOffice’s signing keys were fetched.'),
    () =>
      failed(
        'signing keys',
        'SuperOffice’s signing keys could not be fetched, so no token can be verified.',
        'Wait and examine again; if it lasts, tell SuperOffice.',
      ),
  );
}

/** A code nobody gave: what is wrong with the client is said before what is wrong with the code. */
async function client({ signIn }: AppCheckContext): Promise<CheckResult> {
  const step = 'client';
  try {
    await signIn.exchangeCode({ code: 'examination', codeVerifier: 'examination'.repeat(5) });
  } catch (error) {
    const code = error instanceof SuperOfficeError ? error.code : '';
    if (code === 'code-refused') return passed(step, 'SuperOffice knows this client ID and secret.');
    if (code === 'client-refused')
      return failed(
        step,
        'SuperOffice does not know this client ID, or not with this secret.',
        `Compare SUPEROFFICE_CLIENT_ID and SUPEROFFICE_CLIENT_SECRET with ${portal}: each environment has its own.`,
      );
  }
  return failed(step, 'SuperOffice gave no usable answer about the client.', 'Wait and examine again.');
}

/** Sign-in leads on for a redirect URL that is registered; for another it says so on a page of its own. */
async function redirect({ signIn, http, publicUrl }: AppCheckContext): Promise<CheckResult> {
  const step = 'redirect URL';
  const text = 'examination'.repeat(4);
  const url = signIn.authorizeUrl({ state: text, nonce: text, codeChallenge: text.slice(0, 43) });
  const answer = await answerOf(http, 'authorize', url);
  const own = `${publicUrl}/auth/callback`;
  if (answer === null)
    return failed(step, 'SuperOffice’s sign-in does not answer.', 'Wait and examine again.');
  const refused = answer.status >= 400 || /InvalidRedirectUrl|Technical error/.test(String(answer.body));
  return refused
    ? failed(
        step,
        `SuperOffice does not take ${own} as redirect URL of this client.`,
        `Add exactly this address under Redirect URLs in ${portal}, or correct PUBLIC_URL.`,
      )
    : passed(step, `${own} is registered.`);
}

async function publicAddress({ http, publicUrl }: AppCheckContext): Promise<CheckResult> {
  const answer = await answerOf(http, 'public address', `${publicUrl}/healthz`);
  return answer?.status === 200
    ? passed('public address', `${publicUrl} leads to a running Planlens.`)
    : failed(
        'public address',
        `${publicUrl} does not lead to a running Planlens, as seen from here.`,
        'Start it, then check the proxy, the certificate and PUBLIC_URL: SuperOffice has to reach it from outside.',
      );
}

async function answerOf(http: Http, operation: string, url: string): Promise<HttpResponse | null> {
  return http.request({ operation, method: 'GET', url }).catch(() => null);
}
