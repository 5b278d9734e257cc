import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { vi } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { readText } from '../support/project-files.ts';
import { type ServerProcess, spawnCommand } from '../support/server-process.ts';
import { installed, programPath } from './installed.ts';

/** A proxy that runs an example of deploy/ on free ports of this machine. */
export interface ProxyProcess {
  readonly httpsUrl: string;
  readonly httpUrl: string;
  /** The access log so far. */
  log(): string;
  stop(): Promise<void>;
}

interface ProxyOptions {
  /** The ports of the processes behind the proxy. */
  readonly upstreams: readonly [number, number];
  /** Enables the lines for another proxy in front, which are comments in the example. */
  readonly trustLoopback?: boolean;
  readonly httpsPort?: number;
}

/** Starts nginx or Caddy with its example. Node.js trusts its certificate from then on. */
type StartProxy = (options: ProxyOptions) => Promise<ProxyProcess>;

interface Site {
  readonly folder: string;
  readonly httpPort: number;
  readonly httpsPort: number;
}

async function createSite({ httpsPort }: ProxyOptions): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'planlens-proxy-'));
  // The workers of nginx run as another user.
  chmodSync(folder, 0o755);
  return { folder, httpPort: await freePort(), httpsPort: httpsPort ?? (await freePort()) };
}

/** Replaces each text; fails when the example does not contain one, so that this file follows the examples. */
function adapt(text: string, changes: Readonly<Record<string, string>>): string {
  return Object.entries(changes).reduce((adapted, [from, to]) => {
    if (!adapted.includes(from)) throw new Error(`the example does not contain: ${from}`);
    return adapted.replaceAll(from, to);
  }, text);
}

/** Starts nginx with deploy/nginx/planlens.conf and a certificate of its own. */
const startNginx: StartProxy = async (options) => {
  const site = await createSite(options);
  const { folder, httpPort, httpsPort } = site;
  const [first, second] = options.upstreams;
  const certificate = join(folder, 'certificate.pem');
  const key = join(folder, 'key.pem');
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-days', '2'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  execFileSync('openssl', ['req', '-x509', ...curve, ...subject, '-keyout', key, '-out', certificate], {
    stdio: 'ignore',
    timeout: 60_000,
  });
  const example = readText('deploy/nginx/planlens.conf').replace(/^ *listen \[::\].*\n/gm, '');
  const adapted = adapt(example, {
    'planlens.example.com': 'localhost',
    'listen 80 ': `listen 127.0.0.1:${httpPort} `,
    'listen 443 ': `listen 127.0.0.1:${httpsPort} `,
    'server 127.0.0.1:4200 ': `server 127.0.0.1:${first} `,
    'server 127.0.0.1:4201 ': `server 127.0.0.1:${second} `,
    '/etc/ssl/planlens/fullchain.pem': certificate,
    '/etc/ssl/planlens/privkey.pem': key,
    '/var/log/nginx/planlens.log': join(folder, 'access.log'),
    ...(options.trustLoopback && {
      '# set_real_ip_from 10.0.0.0/8;': 'set_real_ip_from 127.0.0.0/8;',
      '# real_ip_header': 'real_ip_header',
      '# real_ip_recursive': 'real_ip_recursive',
    }),
  });
  writeFileSync(join(folder, 'planlens.conf'), adapted);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  // `gzip on` as in the nginx.conf of Debian.
  const main = `daemon off; pid ${folder}/nginx.pid; worker_processes 1; events {}
    http { gzip on; ${temporary.join(' ')} access_log off; include ${folder}/planlens.conf; }`;
  writeFileSync(join(folder, 'nginx.conf'), main);
  const args = ['-p', folder, '-e', 'stderr', '-c', join(folder, 'nginx.conf')];
  const program = spawnCommand('nginx', args, { env: { PATH: programPath } });
  return untilListening(site, program, certificate, () => readFileSync(join(folder, 'access.log'), 'utf8'));
};

/** Starts Caddy with deploy/caddy/Caddyfile and its own certificate authority. */
const startCaddy: StartProxy = async (options) => {
  const site = await createSite(options);
  const { folder, httpPort, httpsPort } = site;
  const file = join(folder, 'Caddyfile');
  const ports = `http_port ${httpPort}\n\thttps_port ${httpsPort}\n\tadmin off\n\tskip_install_trust`;
  writeFileSync(
    file,
    adapt(readText('deploy/caddy/Caddyfile'), {
      '{\n\tlog {': `{\n\t${ports}\n\tlog {`,
      ...(options.trustLoopback && { '# trusted_proxies 10.0.0.0/8': 'trusted_proxies 127.0.0.0/8 ::1' }),
    }),
  );
  const program = spawnCommand('caddy', ['run', '--config', file, '--adapter', 'caddyfile'], {
    env: {
      PATH: programPath,
      HOME: folder,
      XDG_DATA_HOME: folder,
      XDG_CONFIG_HOME: folder,
      PLANLENS_HOST: 'localhost',
      PLANLENS_PROCESSES: options.upstreams.map((port) => `127.0.0.1:${port}`).join(' '),
    },
  });
  const authority = join(folder, 'caddy/pki/authorities/local/root.crt');
  return untilListening(site, program, authority, program.output);
};

async function untilListening(
  { folder, httpPort, httpsPort }: Site,
  program: ServerProcess,
  certificate: string,
  log: () => string,
): Promise<ProxyProcess> {
  const httpsUrl = `https://localhost:${httpsPort}`;
  async function stop(): Promise<void> {
    program.child.kill('SIGTERM');
    await program.ended();
    rmSync(folder, { recursive: true, force: true });
  }
  const responds = () =>
    fetch(`${httpsUrl}/healthz`).then(
      () => true,
      () => false,
    );
  try {
    await vi.waitUntil(() => existsSync(certificate), { timeout: 10_000, interval: 20 });
    setDefaultCACertificates([...getCACertificates('default'), readFileSync(certificate, 'utf8')]);
    await vi.waitUntil(responds, { timeout: 10_000, interval: 50 });
  } catch (cause) {
    await stop();
    throw new Error(`the proxy does not respond:\n${program.output()}`, { cause });
  }
  return { httpsUrl, httpUrl: `http://localhost:${httpPort}`, log, stop };
}

/** The proxies with an example. */
export const proxies: readonly [name: string, start: StartProxy, isInstalled: boolean][] = [
  ['nginx', startNginx, installed('nginx', 'nginx-light') && installed('openssl', 'openssl')],
  ['caddy', startCaddy, installed('caddy', 'caddy')],
];

/** Sends one request without changing its path, as fetch would. */
export async function send(
  origin: string,
  path: string,
  {
    body,
    ...options
  }: { headers?: Record<string, string>; method?: string; body?: Buffer; chunked?: boolean } = {},
): Promise<IncomingMessage> {
  const { hostname, port, protocol } = new URL(origin);
  const { chunked = false, method = body === undefined ? 'GET' : 'POST' } = options;
  const headers = {
    ...options.headers,
    // Without either header, Node.js declares the length itself.
    ...(body !== undefined &&
      (chunked ? { 'transfer-encoding': 'chunked' } : { 'content-length': String(body.length) })),
  };
  const request = (protocol === 'https:' ? httpsRequest : httpRequest)({
    hostname,
    port,
    path,
    method,
    headers,
  });
  const response = once(request, 'response');
  // The proxy may respond and close before it has read a body that is too large.
  request.on('error', () => {});
  request.end(body);
  const [incoming] = (await response) as [IncomingMessage];
  return incoming;
}

/** The body limit of the examples, in bytes. */
export const bodyLimit = 32 * 1024;
/** An address that a client claims to have, and the headers with which it does. */
export const forgedAddress = '203.0.113.9';
export const forgedHeaders = {
  'x-forwarded-for': forgedAddress,
  'x-forwarded-proto': 'http',
  'x-forwarded-host': 'evil.example',
  'x-real-ip': forgedAddress,
  forwarded: `for=${forgedAddress};host=evil.example;proto=http`,
};
