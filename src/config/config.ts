import type { KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { findSharedKey, type Keyring, keyringSchema } from '../crypto/keyring.ts';
import type { Assumptions } from '../licensing/entitlements/assumptions.ts';
import type { CrmAddressForms } from '../superoffice/api/crm-addresses.ts';
import { parsePrivateKey } from '../superoffice/auth/private-key.ts';
import type { AudienceForm } from '../superoffice/callbacks/state-change-notification.ts';
import { readAssumptions } from './load-assumptions.ts';

/** The validated configuration of the process. */
export interface Config {
  /** The address to listen on. */
  readonly host: string;
  readonly port: number;
  /** Addresses and networks of proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  /** The origin at which browsers and SuperOffice reach the app, without a trailing slash. */
  readonly publicUrl: string;
  readonly superOffice: {
    /** The origin of the sign-in, which is also the expected issuer of id_tokens. */
    readonly loginUrl: string;
    readonly clientId: string;
    readonly clientSecret: string;
    readonly privateKey: KeyObject;
    /** Suffixes of hosts to which credentials may be sent. */
    readonly apiHosts: readonly string[];
    /** Accepted forms of the audience of a state-change token, from the platform assumptions. */
    readonly stateChangeAudiences: readonly AudienceForm[];
    /** The forms of addresses in the CRM, from the platform assumptions. */
    readonly crmAddressForms: CrmAddressForms;
    /** Identity providers of SuperOffice itself, from the platform assumptions. */
    readonly ownIdentityProviders: readonly string[];
    /**
     * Origins that may embed the panel in a frame
     * (docs/superoffice/panels-and-marketplace.md#7-cookies-and-framing).
     */
    readonly frameAncestors: readonly string[];
  };
  readonly database: { readonly url: string } | { readonly dataDir: string };
  /** Assumptions about what SuperOffice does not document, with the changes of `assumptions.json` in DATA_DIR. */
  readonly assumptions: Assumptions;
  readonly encryptionKeys: Keyring;
  readonly sessionKeys: Keyring;
  /** The shares of CACHE_MB. */
  readonly cache: {
    readonly pageBytes: number;
    /** Of the answers of the license API. */
    readonly flagBytes: number;
    readonly tenantLicenseBytes: number;
    readonly userLicenseBytes: number;
  };
  /** The bearer token of `/metrics`; null if nobody may read it. */
  readonly metricsToken: string | null;
  /** Requests per second that one key of the license API may send to this process. */
  readonly apiRequestsPerSecond: number;
  readonly logLevel: string;
  /** Addresses that SuperOffice notifies when it disables the webhook of a tenant. */
  readonly webhookErrorEmails: readonly string[];
}

/** All problems of the environment. It never contains a value of the environment. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `The configuration has ${problems.length} problem(s):\n${problems.map((line) => `  ${line}`).join('\n')}`,
    );
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** The stage environment uses the host `qaonline` (docs/superoffice/auth.md#10-contradictions). */
const loginUrls = {
  sod: 'https://sod.superoffice.com',
  stage: 'https://qaonline.superoffice.com',
  online: 'https://online.superoffice.com',
} as const;

/**
 * SuperOffice publishes no list of CRM hosts; tenants move between numbered hosts
 * (docs/superoffice/panels-and-marketplace.md#7-cookies-and-framing).
 */
const crmOrigins = ['https://*.superoffice.com'];
const defaultDataDir = './data';
const loopback = ['localhost', '127.0.0.1', '[::1]'];
const required = z.string('is missing or empty');

const originSchema = required.transform((text, context): string => {
  const url = URL.canParse(text) ? new URL(text) : null;
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback.includes(url.hostname));
  if (url && safe && url.pathname === '/' && url.search === '' && url.username === '') return url.origin;
  context.addIssue('must be an https origin without a path (http only for localhost)');
  return z.NEVER;
});

const privateKeySchema = z
  .string('is missing or empty, and SUPEROFFICE_PRIVATE_KEY_FILE provides no key')
  .transform((text, context): KeyObject => {
    try {
      return parsePrivateKey(text);
    } catch {
      context.addIssue(
        'must be an RSA private key, as PEM or in the RSAKeyValue XML of the Developer Portal',
      );
      return z.NEVER;
    }
  });

/** A suffix has two labels or more: `.com` would send credentials to anyone. */
const apiHostsSchema = z.string().transform((text, context): string[] => {
  const hosts = text.split(',').map((host) => host.trim());
  const isHost = (host: string) => loopback.includes(host) || /^\.?([a-z\d-]+\.)+[a-z][a-z\d-]*$/i.test(host);
  if (hosts.every(isHost)) return hosts;
  context.addIssue('must list host names such as api.example.com, or suffixes such as .superoffice.com');
  return z.NEVER;
});

/** Names of networks that Express knows. */
const namedNetworks = ['loopback', 'linklocal', 'uniquelocal'];

/** An address, a network such as `10.0.0.0/8`, or a named network. */
function isNetwork(text: string): boolean {
  if (namedNetworks.includes(text)) return true;
  const [address = '', prefix, ...rest] = text.split('/');
  const bits = { 0: 0, 4: 32, 6: 128 }[isIP(address)] ?? 0;
  const isPrefix = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits);
  return bits > 0 && isPrefix && rest.length === 0;
}

const networksSchema = z
  .string()
  .default('loopback')
  .transform((text) => text.split(',').map((each) => each.trim()))
  .refine((networks) => networks.every(isNetwork), {
    error: `must list addresses, networks such as 10.0.0.0/8, or ${namedNetworks.join(', ')}`,
  });

const emailsSchema = z
  .string()
  .transform((text) => text.split(',').map((email) => email.trim()))
  .refine((emails) => emails.every((email) => z.email().safeParse(email).success), {
    error: 'must list email addresses, separated by commas',
  });

const environmentSchema = z.object({
  HOST: z
    .union([z.ipv4(), z.ipv6(), z.literal('localhost')], 'must be an IP address or localhost')
    .default('127.0.0.1'),
  PORT: z.coerce.number('must be a port number').int().min(0).max(65535).default(4200),
  PUBLIC_URL: originSchema,
  TRUSTED_PROXIES: networksSchema,
  SUPEROFFICE_ENVIRONMENT: z.enum(['sod', 'stage', 'online'], 'must be sod, stage or online'),
  SUPEROFFICE_CLIENT_ID: required,
  SUPEROFFICE_CLIENT_SECRET: required,
  SUPEROFFICE_PRIVATE_KEY: privateKeySchema,
  SUPEROFFICE_LOGIN_URL: originSchema.optional(),
  SUPEROFFICE_API_HOSTS: apiHostsSchema.default(['.superoffice.com']),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// URL' }).optional(),
  DATA_DIR: z.string().default(defaultDataDir),
  ENCRYPTION_KEYS: required.pipe(keyringSchema),
  SESSION_KEYS: required.pipe(keyringSchema),
  CACHE_MB: z.coerce
    .number('must be a number of megabytes')
    .int()
    .min(8, 'must be 8 or more')
    .max(65_536, 'must be 65536 or less')
    .default(256),
  API_REQUESTS_PER_SECOND: z.coerce
    .number('must be a number of requests')
    .int()
    .min(1, 'must be 1 or more')
    .max(1_000_000, 'must be 1000000 or less')
    .default(10_000),
  METRICS_TOKEN: z
    .string()
    .regex(/^[\w.~+/-]{32,}=*$/, 'must have 32 or more letters, digits or . _ ~ + / -')
    .optional(),
  WEBHOOK_ERROR_EMAILS: emailsSchema.default([]),
  LOG_LEVEL: z.enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
});

/** The names of all supported environment variables; `.env.example` lists the same. */
export const environmentNames = [...Object.keys(environmentSchema.shape), 'SUPEROFFICE_PRIVATE_KEY_FILE'];

/**
 * The process environment, completed by `.env` in the working directory if it exists.
 * @throws ConfigError when the file begins with a byte order mark, which Node.js takes for a part of the first name
 */
export function processEnvironment(file: string = '.env'): NodeJS.ProcessEnv {
  if (!existsSync(file)) return process.env;
  if (/^(\xef\xbb\xbf|\xff\xfe|\xfe\xff)/.test(readFileSync(file, 'latin1')))
    throw new ConfigError([`${file} begins with a byte order mark: save it as UTF-8 without one`]);
  process.loadEnvFile(file);
  return process.env;
}

/**
 * Parses and validates an environment. Empty variables count as missing.
 * @throws ConfigError that lists every problem by variable name
 */
export function loadConfig(environment: NodeJS.ProcessEnv): Config {
  const present = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const { key, problems } = readKeyFile(present);
  const parsed = environmentSchema.safeParse({ SUPEROFFICE_PRIVATE_KEY: key, ...present });
  const issues = parsed.error?.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`) ?? [];
  if (parsed.success) issues.push(...findReusedKey(parsed.data));
  const assumptionsRead = readAssumptions(join(present.DATA_DIR ?? defaultDataDir, 'assumptions.json'));
  const allProblems = [...problems, ...issues, ...(assumptionsRead.valid ? [] : assumptionsRead.problems)];
  if (!parsed.success || !assumptionsRead.valid || allProblems.length > 0) throw new ConfigError(allProblems);

  const env = parsed.data;
  const loginUrl = env.SUPEROFFICE_LOGIN_URL;
  return {
    host: env.HOST,
    port: env.PORT,
    trustedProxies: env.TRUSTED_PROXIES,
    publicUrl: env.PUBLIC_URL,
    superOffice: {
      loginUrl: loginUrl ?? loginUrls[env.SUPEROFFICE_ENVIRONMENT],
      clientId: env.SUPEROFFICE_CLIENT_ID,
      clientSecret: env.SUPEROFFICE_CLIENT_SECRET,
      privateKey: env.SUPEROFFICE_PRIVATE_KEY,
      apiHosts: env.SUPEROFFICE_API_HOSTS,
      stateChangeAudiences: assumptionsRead.platform.stateChangeAudiences,
      crmAddressForms: assumptionsRead.platform.crmAddresses,
      ownIdentityProviders: assumptionsRead.platform.ownIdentityProviders,
      frameAncestors: loginUrl === undefined ? crmOrigins : [...crmOrigins, loginUrl],
    },
    database: env.DATABASE_URL === undefined ? { dataDir: env.DATA_DIR } : { url: env.DATABASE_URL },
    assumptions: assumptionsRead.assumptions,
    encryptionKeys: env.ENCRYPTION_KEYS,
    sessionKeys: env.SESSION_KEYS,
    cache: splitCache(env.CACHE_MB * 2 ** 20),
    metricsToken: env.METRICS_TOKEN ?? null,
    apiRequestsPerSecond: env.API_REQUESTS_PER_SECOND,
    logLevel: env.LOG_LEVEL,
    webhookErrorEmails: env.WEBHOOK_ERROR_EMAILS,
  };
}

/** A key that both keyrings contain, as a problem. Each keyring leaks and is rotated without the other. */
function findReusedKey(env: { ENCRYPTION_KEYS: Keyring; SESSION_KEYS: Keyring }): string[] {
  const id = findSharedKey(env.SESSION_KEYS, env.ENCRYPTION_KEYS);
  return id === null ? [] : [`SESSION_KEYS key "${id}" is also in ENCRYPTION_KEYS: generate another`];
}

/** Pages are worth most: a cached page costs neither a decision nor rendering. */
function splitCache(bytes: number): Config['cache'] {
  const answers = { pageBytes: (bytes * 3) / 8, flagBytes: bytes / 8 };
  return { ...answers, tenantLicenseBytes: bytes / 4, userLicenseBytes: bytes / 4 };
}

/** The content of SUPEROFFICE_PRIVATE_KEY_FILE, if it is set. */
function readKeyFile(environment: NodeJS.ProcessEnv): { key?: string; problems: string[] } {
  const file = environment.SUPEROFFICE_PRIVATE_KEY_FILE;
  if (file === undefined) return { problems: [] };
  try {
    return { key: readFileSync(file, 'utf8'), problems: [] };
  } catch {
    return { problems: ['SUPEROFFICE_PRIVATE_KEY_FILE names a file that cannot be read'] };
  }
}
