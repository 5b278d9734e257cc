import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect, parseEnv } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError, environmentNames, loadConfig, processEnvironment } from '../../../src/config/config.ts';
import { keyringText } from '../../support/keyrings.ts';
import { readText } from '../../support/project-files.ts';
import { getKeyNumbers, rsaKeyValue } from '../../support/rsa-key-value.ts';
import { createSigningPair } from '../../support/tokens.ts';
import { assumptions } from '../licensing/fixtures/engine.ts';

const { privateKey } = createSigningPair();
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const folder = mkdtempSync(join(tmpdir(), 'planlens-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const required = {
  PUBLIC_URL: 'https://planlens.example',
  SUPEROFFICE_ENVIRONMENT: 'online',
  SUPEROFFICE_CLIENT_ID: 'client',
  SUPEROFFICE_CLIENT_SECRET: 'secret',
  SUPEROFFICE_PRIVATE_KEY: pem,
  ENCRYPTION_KEYS: keyringText('e1', 'e2'),
  SESSION_KEYS: keyringText('s1'),
};

/** The problems of an environment; empty for a valid one. */
function findProblems(environment: NodeJS.ProcessEnv): readonly string[] {
  try {
    loadConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

/** The variable at the start of each problem of an environment. */
function invalidNames(environment: NodeJS.ProcessEnv): string[] {
  return findProblems(environment).map((problem) => problem.split(' ')[0] ?? '');
}

describe('loadConfig', () => {
  it('requires seven values and uses defaults for the rest', () => {
    const config = loadConfig(required);
    expect(config).toMatchObject({
      host: '127.0.0.1',
      port: 4200,
      trustedProxies: ['loopback'],
      metricsToken: null,
      publicUrl: 'https://planlens.example',
      superOffice: {
        loginUrl: 'https://online.superoffice.com',
        clientId: 'client',
        clientSecret: 'secret',
        apiHosts: ['.superoffice.com'],
        frameAncestors: ['https://*.superoffice.com'],
      },
      database: { dataDir: './data' },
      assumptions,
      logLevel: 'info',
      webhookErrorEmails: [],
    });
    expect(config.superOffice.privateKey.equals(privateKey)).toBe(true);
    expect([...config.encryptionKeys.byId.keys()]).toEqual(['e1', 'e2']);
    expect(config.sessionKeys.current.id).toBe('s1');
  });

  it('reads every supported value from the environment', () => {
    const url = 'postgres://planlens:pw@db.example:5432/planlens';
    const config = loadConfig({
      ...required,
      HOST: '0.0.0.0',
      PORT: '8080',
      TRUSTED_PROXIES: '10.0.0.0/8, fd00::/8,uniquelocal',
      METRICS_TOKEN: 'a'.repeat(32),
      PUBLIC_URL: 'https://planlens.example:8443/',
      SUPEROFFICE_LOGIN_URL: 'https://login.example/',
      SUPEROFFICE_API_HOSTS: '.superoffice.com, api.example',
      DATABASE_URL: url,
      DATA_DIR: '/elsewhere',
      CACHE_MB: '64',
      API_REQUESTS_PER_SECOND: '500',
      WEBHOOK_ERROR_EMAILS: 'ops@planlens.example, on-call@planlens.example',
      LOG_LEVEL: 'debug',
    });
    expect(config).toMatchObject({
      host: '0.0.0.0',
      port: 8080,
      trustedProxies: ['10.0.0.0/8', 'fd00::/8', 'uniquelocal'],
      metricsToken: 'a'.repeat(32),
      publicUrl: 'https://planlens.example:8443',
      superOffice: {
        loginUrl: 'https://login.example',
        apiHosts: ['.superoffice.com', 'api.example'],
        frameAncestors: ['https://*.superoffice.com', 'https://login.example'],
      },
      database: { url },
      cache: {
        pageBytes: 24 * 2 ** 20,
        flagBytes: 8 * 2 ** 20,
        tenantLicenseBytes: 16 * 2 ** 20,
        userLicenseBytes: 16 * 2 ** 20,
      },
      apiRequestsPerSecond: 500,
      logLevel: 'debug',
      webhookErrorEmails: ['ops@planlens.example', 'on-call@planlens.example'],
    });
    expect(loadConfig({ ...required, DATA_DIR: '/elsewhere' }).database).toEqual({ dataDir: '/elsewhere' });
  });

  it.each([
    ['sod', 'https://sod.superoffice.com'],
    ['stage', 'https://qaonline.superoffice.com'],
    ['online', 'https://online.superoffice.com'],
  ])('uses the login URL of the environment %s: %s', (environment, loginUrl) => {
    const config = loadConfig({ ...required, SUPEROFFICE_ENVIRONMENT: environment });
    expect(config.superOffice.loginUrl).toBe(loginUrl);
  });

  it('ignores environment variables it does not know', () => {
    expect(findProblems({ ...required, PATH: '/bin', SUPEROFFICE_OTHER: 'x' })).toEqual([]);
  });
});

describe('missing values', () => {
  it.each(Object.keys(required))('reports %s when it is missing or empty', (name) => {
    const { [name]: _, ...without } = required as Record<string, string>;
    expect(invalidNames(without)).toEqual([name]);
    expect(invalidNames({ ...required, [name]: '' })).toEqual([name]);
  });

  it('uses the default for an optional value that is missing or empty', () => {
    const names = environmentNames.filter((name) => !(name in required));
    expect(names).toHaveLength(13);
    const empty = Object.fromEntries(names.map((name) => [name, '']));
    expect(loadConfig({ ...required, ...empty })).toEqual(loadConfig(required));
  });
});

describe('invalid values', () => {
  const badOrigins = [
    'planlens.example',
    'ftp://planlens.example',
    'http://planlens.example',
    'http://localhost.evil.example',
    'http://10.0.0.1',
    'https://planlens.example/path',
    'https://planlens.example/?query',
    'https://user@planlens.example',
    'https://',
    '*',
  ];
  const cases: Readonly<Record<string, readonly string[]>> = {
    HOST: ['planlens', '256.0.0.1', '0.0.0.0:80', '*'],
    TRUSTED_PROXIES: ['proxy', '10.0.0.0/33', '10.0.0.0/8/8', '1', 'true', 'loopback,', '::1/129'],
    WEBHOOK_ERROR_EMAILS: ['ops', 'ops@planlens.example,', 'a@b.example; c@d.example', '*'],
    METRICS_TOKEN: ['short', 'a'.repeat(31), `${'a'.repeat(32)} b`],
    PORT: ['abc', '-1', '65536', '80.5', '0x'],
    PUBLIC_URL: badOrigins,
    SUPEROFFICE_ENVIRONMENT: ['production', 'SOD', 'qaonline'],
    SUPEROFFICE_PRIVATE_KEY: ['no key', pem.slice(0, 300)],
    SUPEROFFICE_PRIVATE_KEY_FILE: [join(folder, 'nothing-here.pem'), folder],
    SUPEROFFICE_LOGIN_URL: badOrigins,
    SUPEROFFICE_API_HOSTS: [
      '.com',
      'com',
      '.',
      '*',
      ',',
      '.superoffice.com,',
      'https://api.example',
      'api.example:8443',
    ],
    DATABASE_URL: ['mysql://db/planlens', 'db.example', 'https://db.example'],
    ENCRYPTION_KEYS: ['key', `a:${'A'.repeat(20)}`, `${keyringText('a')},${keyringText('a')}`],
    SESSION_KEYS: ['key', 'a:'],
    CACHE_MB: ['7', '65537', '1.5', 'much', '-1'],
    LOG_LEVEL: ['loud', 'INFO'],
  };
  const each = Object.entries(cases).flatMap(([name, values]) =>
    values.map((value) => [name, value] as const),
  );

  it.each(each)('rejects %s=%j', (name, value) => {
    expect(invalidNames({ ...required, [name]: value })).toEqual([name]);
  });

  it('rejects a key that signs sessions and encrypts secrets, whatever its id', () => {
    const [, key = ''] = required.ENCRYPTION_KEYS.split(',');
    const keys = `s1:${key.slice(key.indexOf(':') + 1)}`;
    expect(() => loadConfig({ ...required, SESSION_KEYS: keys })).toThrow(
      'SESSION_KEYS key "s1" is also in ENCRYPTION_KEYS: generate another',
    );
  });

  it.each(['http://localhost:4200', 'http://127.0.0.1:4200', 'http://[::1]:4200', 'https://localhost'])(
    'accepts the loopback URL %s, which needs no HTTPS',
    (url) => {
      const config = loadConfig({ ...required, PUBLIC_URL: url, SUPEROFFICE_LOGIN_URL: url });
      expect([config.publicUrl, config.superOffice.loginUrl]).toEqual([url, url]);
    },
  );
});

describe('.env file', () => {
  it.each(['utf8', 'utf16le'] as const)('is rejected with a byte order mark in %s', (encoding) => {
    const path = join(folder, `${encoding}.env`);
    writeFileSync(path, Buffer.from('\ufeffPLANLENS_TEST=lost\n', encoding));
    expect(() => processEnvironment(path)).toThrow(
      /begins with a byte order mark: save it as UTF-8 without one/,
    );
    expect(process.env.PLANLENS_TEST).toBeUndefined();
  });
});

describe('private key', () => {
  const { SUPEROFFICE_PRIVATE_KEY: _, ...withoutKey } = required;
  it.each([
    ['PEM', pem],
    ['PEM on one line', pem.replaceAll('\n', '\\n')],
    ['RSAKeyValue XML', rsaKeyValue(getKeyNumbers(privateKey))],
  ])('accepts %s from the environment or from a file', (form, text) => {
    const fromEnvironment = loadConfig({ ...withoutKey, SUPEROFFICE_PRIVATE_KEY: text });
    const path = file(`${form}.key`, text);
    const fromFile = loadConfig({ ...withoutKey, SUPEROFFICE_PRIVATE_KEY_FILE: path });
    for (const { superOffice } of [fromEnvironment, fromFile])
      expect(superOffice.privateKey.equals(privateKey)).toBe(true);
  });

  it('prefers the key in the environment to the key file', () => {
    const path = file('unread.key', 'no key');
    expect(findProblems({ ...required, SUPEROFFICE_PRIVATE_KEY_FILE: path })).toEqual([]);
  });

  it('rejects a key file that contains no key', () => {
    const path = file('empty.key', '');
    expect(invalidNames({ ...withoutKey, SUPEROFFICE_PRIVATE_KEY_FILE: path })).toEqual([
      'SUPEROFFICE_PRIVATE_KEY',
    ]);
  });

  it('reports both the unreadable key file and the missing key', () => {
    const path = join(folder, 'nothing-here.pem');
    expect(invalidNames({ ...withoutKey, SUPEROFFICE_PRIVATE_KEY_FILE: path })).toEqual([
      'SUPEROFFICE_PRIVATE_KEY_FILE',
      'SUPEROFFICE_PRIVATE_KEY',
    ]);
  });
});

describe('assumptions', () => {
  function dataDirWith(name: string, text: string): string {
    const dataDir = join(folder, name);
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'assumptions.json'), text);
    return dataDir;
  }

  it('applies assumptions.json in DATA_DIR to the shipped assumptions', () => {
    const dataDir = dataDirWith('changed', '{"planChanges": {"reduce": "at-once"}}');
    const config = loadConfig({ ...required, DATA_DIR: dataDir });
    expect(config.assumptions).toEqual({
      ...assumptions,
      planChanges: { add: 'at-once', reduce: 'at-once' },
    });
  });

  it('reads assumptions.json from DATA_DIR even when DATABASE_URL is set', () => {
    const dataDir = dataDirWith('beside', '{"planChanges": {"reduce": "at-once"}}');
    const url = 'postgres://planlens@db.example/planlens';
    const config = loadConfig({ ...required, DATA_DIR: dataDir, DATABASE_URL: url });
    expect(config.assumptions.planChanges.reduce).toBe('at-once');
  });

  it('reports invalid assumptions with their path, together with all other problems', () => {
    const dataDir = dataDirWith('invalid', '{"planChanges": {"add": "never"}, "licenses": []}');
    const problems = findProblems({ ...required, DATA_DIR: dataDir, PORT: 'x' });
    expect(problems).toHaveLength(3);
    expect(problems[0]).toMatch(/^PORT /);
    expect(problems.slice(1).every((problem) => problem.startsWith('assumptions.json: '))).toBe(true);
    expect(problems.join('\n')).toContain(': planChanges.add: ');
  });
});

describe('ConfigError', () => {
  it('lists every problem on a line of its own', () => {
    expect(invalidNames({}).sort()).toEqual(Object.keys(required).sort());
    expect(() => loadConfig({})).toThrow(/7 problem\(s\)/);
    const error = new ConfigError(['PORT must be a port number', 'PUBLIC_URL is missing or empty']);
    expect(error.message.split('\n')).toHaveLength(3);
    expect(error.name).toBe('ConfigError');
  });

  it('does not repeat any invalid value', () => {
    const invalid = Object.fromEntries(environmentNames.map((name) => [name, `S3CRET-of-${name}`]));
    const { SUPEROFFICE_PRIVATE_KEY_FILE: _file, ...others } = invalid;
    for (const environment of [invalid, others]) {
      const problem = getError(environment);
      expect(problem).toBeInstanceOf(ConfigError);
      expect(inspect(problem, { depth: 10, showHidden: true })).not.toContain('S3CRET');
      expect(JSON.stringify(problem)).not.toContain('S3CRET');
    }
  });

  it('does not repeat any valid value', () => {
    const secret = 'S3CRET-client-secret';
    const keys = keyringText('a');
    const environment = { ...required, SUPEROFFICE_CLIENT_SECRET: secret, SESSION_KEYS: keys, PORT: 'x' };
    const text = inspect(getError(environment), { depth: 10, showHidden: true });
    expect(text).toContain('PORT');
    for (const value of [secret, keys, required.ENCRYPTION_KEYS, pem.slice(30, 80)]) {
      expect(text).not.toContain(value);
    }
  });
});

function getError(environment: NodeJS.ProcessEnv): unknown {
  try {
    return loadConfig(environment);
  } catch (error) {
    return error;
  }
}

describe('.env.example', () => {
  const text = readText('.env.example');
  const values = parseEnv(text);

  it('lists each supported name exactly once, with a description above it', () => {
    const lines = text.split('\n');
    const names = lines.flatMap((line) => /^(\w+)=/.exec(line)?.[1] ?? []);
    expect(names.toSorted()).toEqual(environmentNames.toSorted());
    for (const name of names) {
      expect(lines[lines.findIndex((line) => line.startsWith(`${name}=`)) - 1]).toMatch(/^# .{5,}\.$/);
    }
  });

  it('contains no secret and labels every secret as one', () => {
    const secrets = [
      'SUPEROFFICE_CLIENT_SECRET',
      'SUPEROFFICE_PRIVATE_KEY',
      'DATABASE_URL',
      'ENCRYPTION_KEYS',
      'SESSION_KEYS',
    ];
    for (const name of secrets) {
      expect([name, values[name]]).toEqual([name, '']);
      expect(text).toMatch(new RegExp(`^# Secret.*\\n${name}=$`, 'm'));
    }
    expect(text).not.toMatch(/[A-Za-z0-9+/]{40}|BEGIN|\w:\/\/\w+:\w+@/);
  });

  it('gives only default values, so that copying it changes nothing', () => {
    expect(loadConfig({ ...values, ...required })).toEqual(loadConfig(required));
  });

  it('leaves no required value empty except those every installation must provide', () => {
    const missing = Object.keys(required).filter((name) => name !== 'SUPEROFFICE_ENVIRONMENT');
    expect(invalidNames(values).sort()).toEqual(missing.sort());
  });
});
