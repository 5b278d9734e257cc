import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { get } from './support.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'demo-'));
  chmodSync(dir, 0o755); // otherwise PostgreSQL, run as root, puts its files elsewhere
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

interface Demo {
  readonly child: ChildProcess;
  readonly appUrl: string;
  /** The printed URL of the panel in CRM. */
  readonly panelUrl: string;
}

async function runDemo(): Promise<Demo> {
  const env = { ...process.env, DEMO_DIR: dir };
  const child = spawn(process.execPath, ['--import', 'tsx', 'sandbox/demo.ts'], { env });
  let output = '';
  for await (const chunk of child.stdout) {
    output += chunk;
    const appUrl = /Planlens runs at (\S+)/.exec(output)?.[1];
    const panelUrl = /^Open {2}(\S+)$/m.exec(output)?.[1];
    if (appUrl && panelUrl) return { child, appUrl, panelUrl };
  }
  throw new Error(`Not ready: ${output}`);
}

const isRunning = (url: string) =>
  fetch(`${url}/healthz`).then(
    () => true,
    () => false,
  );

describe('npm run demo', () => {
  it('opens the panel of an installed tenant, leaves no app running when it ends, and restarts on its data', {
    timeout: 120_000,
  }, async () => {
    const { child, appUrl, panelUrl } = await runDemo();
    const crm = await get(panelUrl);
    expect(await isRunning(appUrl)).toBe(true);
    expect(new URL(crm.headers.get('location') ?? '', panelUrl).searchParams.get('panel')).toBe(
      'PlanlensMain',
    );

    child.kill('SIGKILL');

    await vi.waitFor(async () => expect(await isRunning(appUrl)).toBe(false), { timeout: 30_000 });

    const again = await runDemo();
    expect(await isRunning(again.appUrl)).toBe(true);

    again.child.kill('SIGINT');

    expect((await once(again.child, 'exit'))[0]).toBe(0);
    expect(await isRunning(again.appUrl)).toBe(false);
  });
});
