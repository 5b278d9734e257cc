import { type ChildProcess, spawn } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadAppCredentials } from '../../sandbox/credentials-file.ts';
import { get } from './support.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'sandbox-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('npm run sandbox', () => {
  const ready = /^Sandbox SuperOffice ready at (http:\/\/127\.0\.0\.1:\d+)$/m;

  async function run(): Promise<{ child: ChildProcess; output: string; url: string }> {
    const env = {
      ...process.env,
      SANDBOX_PORT: '0',
      SANDBOX_DIR: dir,
      SANDBOX_APP_URL: 'http://localhost:4299',
    };
    const child = spawn(process.execPath, ['--import', 'tsx', 'sandbox/main.ts'], { env });
    let output = '';
    for await (const chunk of child.stdout) {
      output += chunk;
      const url = ready.exec(output)?.[1];
      if (url) return { child, output, url };
    }
    throw new Error(`Not ready: ${output}`);
  }

  async function stop(child: ChildProcess, signal: 'SIGTERM' | 'SIGINT'): Promise<unknown> {
    child.kill(signal);
    const [code] = await once(child, 'exit');
    return code;
  }

  it('serves requests, prints the settings of the app and keeps its credentials across a restart', async () => {
    const first = await run();
    expect((await get(`${first.url}/login/.well-known/jwks`)).status).toBe(200);
    const settings = (output: string) =>
      ['SUPEROFFICE_CLIENT_ID', 'SUPEROFFICE_CLIENT_SECRET', 'SUPEROFFICE_PRIVATE_KEY_FILE'].map(
        (name) => new RegExp(`^ *${name}=(.+)$`, 'm').exec(output)?.[1],
      );
    expect(first.output).toContain('PUBLIC_URL=http://localhost:4299');
    expect(first.output).toContain(`SUPEROFFICE_LOGIN_URL=${first.url}`);
    expect(first.output).toContain('markus.brandt@designteamet.example');
    expect(settings(first.output)).not.toContain(undefined);
    expect(await stop(first.child, 'SIGTERM')).toBe(0);

    const second = await run();
    expect(settings(second.output)).toEqual(settings(first.output));
    expect(await stop(second.child, 'SIGINT')).toBe(0);
  });
});

describe('loadAppCredentials', () => {
  it('generates credentials once, in files that only the owner can read', () => {
    const generated = loadAppCredentials(join(dir, 'new'));
    expect(generated.credentials.clientId).toMatch(/^[0-9a-f]{32}$/);
    expect(createPrivateKey(generated.credentials.privateKeyPem).asymmetricKeyDetails?.modulusLength).toBe(
      2048,
    );
    expect(readFileSync(generated.privateKeyFile, 'utf8')).toBe(generated.credentials.privateKeyPem);
    for (const name of ['client.json', 'private-key.pem']) {
      expect(statSync(join(dir, 'new', name)).mode & 0o777).toBe(0o600);
    }
    expect(loadAppCredentials(join(dir, 'new'))).toEqual(generated);
  });

  it('does not generate new credentials when one of the two files exists', () => {
    writeFileSync(join(dir, 'private-key.pem'), 'existing');
    expect(() => loadAppCredentials(dir)).toThrow('client.json');
    expect(readFileSync(join(dir, 'private-key.pem'), 'utf8')).toBe('existing');
  });
});
