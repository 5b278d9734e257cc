import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type Config, loadConfig, processEnvironment } from '../config/config.ts';
import { deleteJobsOfTenant } from '../coordination/jobs/tenant-jobs.ts';
import { createSecretBox } from '../crypto/secret-box.ts';
import { decodeJwt } from '../superoffice/auth/decode-jwt.ts';
import {
  readStateChange,
  type StateChangeNotification,
} from '../superoffice/callbacks/state-change-notification.ts';
import { readWebhookEvent } from '../superoffice/callbacks/webhook-event.ts';
import { signWebhookBody } from '../superoffice/callbacks/webhook-signature.ts';
import { createTenantStore } from '../tenants/tenant-store.ts';
import { createWebhookStore } from '../tenants/webhook-store.ts';
import { type Command, CommandError, expectArguments, print, UsageError } from './command.ts';
import { type DatabaseCommandDeps, withDatabase } from './with-database.ts';

/** Sends a saved callback to a running app. */
export const replayCommand: Command = {
  summary: 'send a saved webhook event or state change to a running app',
  help: `Usage: planlens replay <file> [--url <address>] [--as-new]

Sends the body of a webhook call or of a state change notification, saved as JSON, to the app at PUBLIC_URL and
prints the response. The file decides which of the two it is: an event has the field Event, a state change has the
field ChangeType.

A webhook event is signed with the webhook secret of its tenant, which is read from the database.
Only SuperOffice can sign a state change. It is sent with its own token, as long as that is valid.
With a sandbox as SUPEROFFICE_LOGIN_URL, the sandbox signs it again.

  --url <address>  the address of the app, if it is not PUBLIC_URL, for example http://localhost:4200
  --as-new         give an event a new id; the app ignores an event that it has received in the last 30 days
`,
  options: { url: { type: 'string' }, 'as-new': { type: 'boolean' } },
  async run(args, options) {
    expectArguments(args, 1);
    const [file = ''] = args;
    const url = typeof options.url === 'string' ? readAddress(options.url) : null;
    const saved = readSaved(file);
    const stateChange = readStateChange(saved);
    if (stateChange.success) {
      if (options['as-new']) throw new UsageError('--as-new applies to webhook events only');
      return replayStateChange(saved, stateChange.data, url);
    }
    return withDatabase((deps) =>
      replayWebhook(deps, { ...saved, ...newId(options['as-new'] === true) }, url),
    );
  },
};

function readAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url.origin;
  throw new UsageError(`“${text}” is not an address such as http://localhost:4200`);
}

function newId(asNew: boolean): { readonly EventId?: string } {
  return asNew ? { EventId: randomUUID() } : {};
}

function readSaved(file: string): Readonly<Record<string, unknown>> {
  const text = readFileSync(file, 'utf8');
  try {
    return { ...JSON.parse(text) };
  } catch {
    throw new CommandError(`${file} is not JSON. It must contain the body of one call and nothing else.`);
  }
}

async function replayWebhook(
  { db, config }: DatabaseCommandDeps,
  saved: Readonly<Record<string, unknown>>,
  url: string | null,
): Promise<number> {
  const body = JSON.stringify(saved);
  const event = readWebhookEvent(Buffer.from(body));
  if (event === null || event.tenantId === null) {
    throw new CommandError(
      'The file is neither a webhook event, with Event and ContextIdentifier, nor a state change, with ChangeType, ContextIdentifier and Token.',
    );
  }
  const { tenantId } = event;
  const secrets = createSecretBox(config.encryptionKeys);
  const stores = { db, secrets, deleteJobs: deleteJobsOfTenant, now: Date.now };
  if ((await createTenantStore(stores).find(tenantId)) === null) {
    throw new CommandError(`${tenantId} has not installed the app in the database of this configuration.`);
  }
  const { hookId, secret } = await createWebhookStore(stores).findOrCreate(tenantId);
  const signature = signWebhookBody(body, secret());
  const target = `${url ?? config.publicUrl}/callbacks/webhooks/${hookId}`;
  return send(target, body, { 'X-SuperOffice-Signature': signature }, `${event.event} of ${tenantId}`);
}

async function replayStateChange(
  saved: Readonly<Record<string, unknown>>,
  notification: StateChangeNotification,
  url: string | null,
): Promise<number> {
  const { publicUrl, superOffice } = loadConfig(processEnvironment());
  const token = await findToken(superOffice, notification);
  const body = JSON.stringify({ ...saved, Token: token });
  const subject = `state change ${notification.change} of ${notification.tenantId}`;
  return send(`${url ?? publicUrl}/callbacks/state-change`, body, {}, subject);
}

/** A new token from a sandbox, or the saved token of SuperOffice if it is still valid. */
async function findToken(
  { loginUrl }: Config['superOffice'],
  { tenantId, token }: StateChangeNotification,
): Promise<string> {
  // The configuration allows http on loopback hosts only: this is a sandbox.
  if (loginUrl.startsWith('http:')) return askSandbox(loginUrl, tenantId);
  const expiresAt = Number(decodeJwt(token)?.payload.exp) * 1000;
  if (expiresAt > Date.now()) return token;
  const expired = Number.isFinite(expiresAt)
    ? `expired at ${new Date(expiresAt).toISOString()}`
    : 'is not a JWT';
  throw new CommandError(
    `Only SuperOffice can sign a state change, and the saved token ${expired}. The notification is only a hint: ` +
      'the hourly reconciliation reads the state of the tenant. To rehearse a state change, use planlens sandbox.',
  );
}

async function askSandbox(loginUrl: string, tenantId: string): Promise<string> {
  const response = await post(
    `${loginUrl}/_control/issueStateChangeToken`,
    JSON.stringify({ tenant: tenantId }),
  );
  const { token, error } = (await response.json()) as { token?: string; error?: string };
  if (token === undefined) throw new CommandError(`The sandbox at ${loginUrl} issued no token: ${error}.`);
  return token;
}

/** @returns the exit code */
async function send(
  target: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  subject: string,
): Promise<number> {
  const response = await post(target, body, headers);
  const text = await response.text();
  if (response.status === 200) {
    print(`200: ${new URL(target).origin} accepted ${subject}`);
    return 0;
  }
  const remedy = remedies[response.status] ?? 'The log of the app contains the cause.';
  throw new CommandError(
    `${response.status}: ${new URL(target).origin} refused ${subject}. ${remedy}\n${text.slice(0, 500)}`,
  );
}

const otherConfiguration =
  'The app must use the same database, keys and SuperOffice environment as this command; --url names another app.';
const remedies: Readonly<Record<number, string>> = { 401: otherConfiguration, 404: otherConfiguration };

async function post(
  target: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  try {
    return await fetch(target, {
      method: 'POST',
      body,
      headers: { 'Content-Type': 'application/json', ...headers },
      redirect: 'manual',
      signal: AbortSignal.timeout(30_000),
    });
  } catch {
    throw new CommandError(
      `${new URL(target).origin} does not respond. Start it, or name another address with --url.`,
    );
  }
}
