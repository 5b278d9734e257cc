import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { handleEvaluationError, OFREPApi, toResolutionDetails } from '@openfeature/ofrep-core';
import {
  type Client,
  type EvaluationContext,
  type FlagValue,
  OpenFeature,
  type Provider,
} from '@openfeature/server-sdk';
import type { Express } from 'express';
import supertest from 'supertest';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { createApiKey } from '../support/api-keys.ts';
import { runExample } from '../support/examples.ts';
import { installedPlanlens, testUsers } from '../support/planlens.ts';
import { readText, root } from '../support/project-files.ts';

const { administrator, salesPremium, servicePremium } = testUsers;

describe('examples', async () => {
  const { url, services, sandbox } = await installedPlanlens();
  let settings: Record<'PLANLENS_URL' | 'PLANLENS_KEY', string>;

  beforeEach(async () => {
    const key = await createApiKey(services.apiKeys, { scopes: ['evaluate', 'explain'] });
    settings = { PLANLENS_URL: url, PLANLENS_KEY: key };
  });

  const revokeKeys = async () => {
    const { tenantId, associateId } = administrator;
    for (const { id, revokedAt } of await services.apiKeys.list(tenantId))
      if (revokedAt === null) await services.apiKeys.revoke({ tenantId, associateId }, id);
  };

  describe('curl', () => {
    const ask = (...args: string[]) => runExample(['bash', 'curl/ask.sh', ...args], settings);

    it('asks about a user, about another plan, and whether anything changed', async () => {
      const { exitCode, output } = await ask('101');
      const [own, other] = output
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line));
      expect([exitCode, own.value, own.variant]).toEqual([0, true, 'enabled']);
      expect([other.value, other.variant, other.metadata.upgradePlan]).toEqual([
        false,
        'view-only',
        'sales-premium',
      ]);
      expect(output).toContain('Status 304');
    });

    it('fails with what to do about an unknown user, an unknown feature and a revoked key', async () => {
      const unknownUser = await ask('99999');
      expect([unknownUser.exitCode, unknownUser.output]).toEqual([
        22,
        expect.stringContaining('INVALID_CONTEXT'),
      ]);
      expect((await ask('101', 'no-such-feature')).output).toContain('FLAG_NOT_FOUND');
      await revokeKeys();
      expect(await ask('101')).toMatchObject({ exitCode: 22, output: expect.stringContaining('401') });
    });

    it('names a setting that is missing', async () => {
      const { exitCode, output } = await runExample(['bash', 'curl/ask.sh', '101'], { PLANLENS_URL: url });
      expect([exitCode, output]).toEqual([1, expect.stringContaining('Set PLANLENS_KEY')]);
    });
  });

  describe('ci-check', () => {
    const check = (args: string, given: Readonly<Record<string, string>> = settings) =>
      runExample([process.execPath, 'ci-check/check.mjs', ...args.split(' ')], given);

    it('prints what its README shows', async () => {
      const readme = readText('examples/ci-check/README.md');
      const [, args = ''] = /^node check\.mjs (.+)$/m.exec(readme) ?? [];
      const [, shown] = /^```text\n([\s\S]*?)^```$/m.exec(readme) ?? [];
      expect(await check(args)).toEqual({ exitCode: 1, output: shown });
    });

    it('passes if all plans include all features', async () => {
      const args = '--plan sales-premium --plan sales-premium+service-premium quote-management sales-guide';
      const { exitCode, output } = await check(args);
      expect([exitCode, output.match(/: included$/gm)]).toEqual([0, expect.objectContaining({ length: 4 })]);
    });

    it('fails the build if Essential users lack a feature', async () => {
      const { exitCode, output } = await check('--plan sales-essential quote-management mailings');
      expect([exitCode, output]).toEqual([
        1,
        'Sales-Essentials: Quote Management (quote-management): NOT INCLUDED, at most to view\n' +
          'Sales-Essentials: Mailings (personalized mass email) (mailings): NOT INCLUDED\n',
      ]);
    });

    it('tells what is unknown from what is missing', async () => {
      const unknown = await check('--plan service-premium standard-service-reports');
      expect([unknown.exitCode, unknown.output]).toEqual([2, expect.stringContaining('UNKNOWN')]);
      const missing = await check('--plan service-premium standard-service-reports quote-management');
      expect(missing.exitCode).toBe(1);
    });

    it.each([
      ['an unknown feature', '--plan sales-essential no-such-feature', 'features'],
      ['an unknown plan', '--plan gold quote-management', 'cannot have the plan gold'],
      ['no plan', 'quote-management', 'Usage'],
      ['an unknown option', '--plans gold', '--plans'],
    ])('fails with what to do about %s', async (_what, args, text) => {
      expect(await check(args)).toEqual({ exitCode: 2, output: expect.stringContaining(text) });
    });

    it('does not take a failure for a missing feature', async () => {
      const args = '--plan sales-premium quote-management';
      expect((await check(args, { ...settings, PLANLENS_URL: 'http://localhost:9' })).exitCode).toBe(2);
      expect((await check(args, { PLANLENS_URL: url })).output).toContain('Set PLANLENS_URL');
      await revokeKeys();
      expect((await check(args)).exitCode).toBe(2);
    });
  });

  describe('express-app', () => {
    afterAll(() => OpenFeature.close());

    /** Starts the app for a user. Its own provider is tested in `installed-examples.test.ts`. */
    async function startApp(user: string) {
      const path = join(root, 'examples', 'express-app', 'app.js');
      const { createApp } = (await import(pathToFileURL(path).href)) as {
        createApp: (deps: { flags: Client; findUser: () => string }) => Express;
      };
      await OpenFeature.setProviderAndWait(createProvider(url, settings.PLANLENS_KEY));
      return supertest(createApp({ flags: OpenFeature.getClient(), findUser: () => user }));
    }

    it('serves users whose plan has the feature', async () => {
      const app = await startApp(String(salesPremium.associateId));
      const { status, body } = await app.post('/quotes');
      expect([status, body]).toEqual([201, { quote: 'Q-1042' }]);
    });

    it('tells others which plan would add it, and how to get it', async () => {
      const app = await startApp(String(servicePremium.associateId));
      const { status, body } = await app.post('/mailings');
      expect([status, body]).toEqual([
        403,
        {
          message: 'Mailings (personalized mass email): You do not have the licence for it.',
          nextStep:
            'Ask an administrator for Service-Premium + Marketing-Essentials. A seat must be purchased first.',
        },
      ]);
    });

    it('follows its own defaults if nobody knows', async () => {
      sandbox.control.fail({ operation: '*', with: 503 });
      const app = await startApp('132');
      expect((await app.post('/quotes')).status).toBe(201);
      const { status, body } = await app.post('/mailings');
      expect([status, body.nextStep]).toEqual([403, 'Try again later.']);
    });

    it('follows its own defaults with a revoked key', async () => {
      const app = await startApp(String(salesPremium.associateId));
      await revokeKeys();
      expect((await app.post('/quotes')).status).toBe(201);
      expect((await app.post('/mailings')).status).toBe(403);
    });
  });
});

/** A provider of the server SDK with the newest client of the protocol, which no published provider uses yet. */
function createProvider(baseUrl: string, key: string): Provider {
  const api = new OFREPApi({ baseUrl, headers: [['X-API-Key', key]] });
  const evaluate = async <T extends FlagValue>(flag: string, fallback: T, context: EvaluationContext) => {
    const answer = await api.postEvaluateFlag(flag, { context });
    return answer.httpStatus === 200
      ? toResolutionDetails(answer.value, fallback)
      : handleEvaluationError(answer.value, fallback);
  };
  return {
    metadata: { name: 'test' },
    runsOn: 'server',
    resolveBooleanEvaluation: evaluate,
    resolveStringEvaluation: evaluate,
    resolveNumberEvaluation: evaluate,
    resolveObjectEvaluation: evaluate,
  };
}
