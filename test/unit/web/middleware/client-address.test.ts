import express from 'express';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { clientAddress, toClientNetwork } from '../../../../src/web/middleware/client-address.ts';

/** Asks an app that trusts these proxies for the address of its client. */
async function ask(trusted: readonly string[], forwarded: string) {
  const warnings: object[] = [];
  const app = express().set('trust proxy', [...trusted]);
  app
    .use(clientAddress(app.get('trust proxy fn'), { warn: (fields: object) => void warnings.push(fields) }))
    .use((req, res) => void res.send([req.clientAddress, req.ip]));
  const { body } = await request(app).get('/').set('X-Forwarded-For', forwarded);
  await request(app).get('/').set('X-Forwarded-For', forwarded);
  const [address, ip] = body;
  return { address, ip, warnings };
}

describe('clientAddress', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['198.51.100.1, 203.0.113.7', '203.0.113.7'],
    ['203.0.113.7, 10.1.2.3', '203.0.113.7'],
    ['2001:db8::7', '2001:db8::7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:203.0.113.7', '203.0.113.7'],
    ['203.0.113.7:50123', '203.0.113.7'],
    ['[2001:db8::7]:50123', '2001:db8::7'],
    ['[2001:db8::7]', '2001:db8::7'],
    ['fe80::1%eth0', 'fe80::1'],
  ])('is what the trusted proxies report in X-Forwarded-For: %s', async (forwarded, address) => {
    const asked = await ask(['loopback', '10.0.0.0/8'], forwarded);
    expect([asked.address, asked.warnings]).toEqual([address, []]);
  });

  it.each([
    'unknown',
    '_hidden',
    '203.0.113.7:',
    '203.0.113.7:1:2',
    `fe80::1${'x'.repeat(5_000)}`,
    '0203.0.113.7',
  ])('is that of the connection if a trusted proxy reports no address: %s', async (forwarded) => {
    const { address } = await ask(['loopback'], forwarded);
    expect(address).toMatch(/^(::1|127\.0\.0\.1)$/);
  });

  it.each(['127.0.0.1', ','])(
    'needs no warning behind a trusted proxy that reports “%s”',
    async (forwarded) => {
      expect((await ask(['loopback'], forwarded)).warnings).toEqual([]);
    },
  );

  it('is that of the connection behind an untrusted proxy, of which it warns once', async () => {
    const { address, warnings } = await ask(['10.0.0.0/8'], '203.0.113.7');
    expect(address).toMatch(/^(::1|127\.0\.0\.1)$/);
    expect(warnings).toEqual([{ proxy: address }]);
  });

  it.each([
    '',
    ' , ,',
    '203.0.113.7,',
    '203.0.113.7,10.1.2.3 , 10.1.2.4',
    '10.1.2.3, 203.0.113.7, 10.1.2.4',
    '10.1.2.3, 10.1.2.4',
  ])('is the one that Express finds, of "%s"', async (forwarded) => {
    const { address, ip } = await ask(['loopback', '10.0.0.0/8'], forwarded);
    expect(address).toBe(ip.replace('::ffff:', ''));
  });
});

describe('toClientNetwork', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8:1:2:ffff::', '2001:db8:1:2'],
    ['2001:db8::7', '2001:db8:0:0'],
    ['2001:db8:1:2::7', '2001:db8:1:2'],
    ['::1', '0:0:0:0'],
    ['::', '0:0:0:0'],
    ['', ''],
  ])('of %s is %s', (address, network) => {
    expect(toClientNetwork(address)).toBe(network);
  });
});
