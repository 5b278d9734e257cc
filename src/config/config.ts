import type { KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Keyring, keyringSchema } from '../crypto/keyring.ts';
import type { Assumptions } from '../licensing/entitlements/assumptions.ts';
import { parsePrivateKey } from '../superoffice/auth/private-key.ts';
import { readAssumptions } from './load-assumptions.ts';

/** Everything the process is told from outside, checked. */
export interface Config {
  readonly port: number;
  /** The origin browsers and SuperOffice reach us at, without a trailing slash. */
  readonly publicUrl: string;
  readonly superOffice: {
    /** Origin of sign-in, also the expected id_token issuer. */
    readonly loginUrl: string;
    readonly clientId: string;
    readonly clientSecret: string;
    readonly privateKey: KeyObject;
    /** Host suffixes a credential may be sent to. */
    readonly apiHosts: readonly string[];
    /**
     * Origins that may show the panel in a frame
     * (docs/superoffice/panels-and-marketplace.md#7-cookies-and-framing).
     */
    readonly frameAncestors: readonly string[];
  };
  readonly database: { readonly url: string } | { readonly dataDir: string };
  /** What SuperOffice has not documented, as shipped or as `assumptions.json` in DATA_DIR changes it. */
  readonly assumptions: Assumptions;
  readonly encryptionKeys: Keyring;
  readonly sessionKeys: Keyring;
  /** How much may be kept in memory to answer sooner: half for pages, a quarter each for tenants' licenses and users'. */
  readonly cacheBytes: number;
  readonly logLevel: string;
}

/** Every problem of the environment at once; never holds a value of it. */
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

/** The stage environment answers at `qaonline` (docs/superoffice/auth.md#10-contradictions). */
const loginUrls = {
  sod: 'https://sod.superoffice.com',
  stage: 'https://qaonline.superoffice.com',
  online: 'https://online.superoffice.com',
} as const;

/**
 * No list of CRM hosts is published; tenants move between numbered ones
 * (docs/superoffice/panels-and-marketplace.md#7-cookies-and-framing).
 */
const superOfficePages = ['https://*.superoffice.com'];
const defaultDataDir = './data';
const loopback = ['localhost', '127.0.0.1', '[::1]'];
const required = z.string('is missing or empty');

const origin = required.transform((text, context): string => {
  const url = URL.canParse(text) ? new URL(text) : null;
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && loopback.includes(url.hostname));
  if (url && safe && url.pathname === '/' && url.search === '' && url.username === '') return url.origin;
  context.addIssue('must be an https origin without a path (http only on this machine)');
  return z.NEVER;
});

const privateKey = z
  .string('is missing or empty, and no SUPEROFFICE_PRIVATE_KEY_FILE gives it')
  .transform((text, context): KeyObject => {
    try {
      return parsePrivateKey(text);
    } catch {
      context.addIssue(
        'must hold an RSA private key, as PEM or as the Developer Portal gives it (RSAKeyValue XML)',
      );
      return z.NEVER;
    }
  });

const environmentSchema = z.object({
  PORT: z.coerce.number('must be a port number').int().min(0).max(65535).default(4200),
  PUBLIC_URL: origin,
  SUPEROFFICE_ENVIRONMENT: z.enum(['sod', 'stage', 'online'], 'must be sod, stage or online'),
  SUPEROFFICE_CLIENT_ID: required,
  SUPEROFFICE_CLIENT_SECRET: required,
  SUPEROFFICE_PRIVATE_KEY: privateKey,
  SUPEROFFICE_LOGIN_URL: origin.optional(),
  SUPEROFFICE_API_HOSTS: z
    .string()
    .default('.superoffice.com')
    .transform((text) => text.split(',').map((host) => host.trim())),
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
  LOG_LEVEL: z.enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
});

/** The names read from the environment; `.env.example` lists the same. */
export const environmentNames = [...Object.keys(environmentSchema.shape), 'SUPEROFFICE_PRIVATE_KEY_FILE'];

/** The process environment, with `.env` of the working directory beneath it where there is one. */
export function processEnvironment(): NodeJS.ProcessEnv {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return process.env;
}

/**
 * Checks an environment and makes the configuration of it.
 * @throws ConfigError with every problem found, by name
 */
export function loadConfig(environment: NodeJS.ProcessEnv): Config {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const { key, problems } = readKeyFile(given);
  const parsed = environmentSchema.safeParse({ SUPEROFFICE_PRIVATE_KEY: key, ...given });
  const issues = parsed.error?.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`) ?? [];
  const assumed = readAssumptions(join(given.DATA_DIR ?? defaultDataDir, 'assumptions.json'));
  const wrong = [...problems, ...issues, ...(assumed.valid ? [] : assumed.problems)];
  if (!parsed.success || !assumed.valid || problems.length > 0) throw new ConfigError(wrong);

  const env = parsed.data;
  const loginUrl = env.SUPEROFFICE_LOGIN_URL;
  return {
    port: env.PORT,
    publicUrl: env.PUBLIC_URL,
    superOffice: {
      loginUrl: loginUrl ?? loginUrls[env.SUPEROFFICE_ENVIRONMENT],
      clientId: env.SUPEROFFICE_CLIENT_ID,
      clientSecret: env.SUPEROFFICE_CLIENT_SECRET,
      privateKey: env.SUPEROFFICE_PRIVATE_KEY,
      apiHosts: env.SUPEROFFICE_API_HOSTS,
      frameAncestors: loginUrl === undefined ? superOfficePages : [...superOfficePages, loginUrl],
    },
    database: env.DATABASE_URL === undefined ? { dataDir: env.DATA_DIR } : { url: env.DATABASE_URL },
    assumptions: assumed.assumptions,
    encryptionKeys: env.ENCRYPTION_KEYS,
    sessionKeys: env.SESSION_KEYS,
    cacheBytes: env.CACHE_MB * 2 ** 20,
    logLevel: env.LOG_LEVEL,
  };
}

function readKeyFile(given: NodeJS.ProcessEnv): { key?: string; problems: string[] } {
  const file = given.SUPEROFFICE_PRIVATE_KEY_FILE;
  if (file === undefined) return { problems: [] };
  try {
    return { key: readFileSync(file, 'utf8'), problems: [] };
  } catch {
    return { problems: ['SUPEROFFICE_PRIVATE_KEY_FILE names a file that cannot be read'] };
  }
}
