import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createApiKey } from '../support/api-keys.ts';
import { type BrowserFixture, openBrowserFixture } from './browser-fixture.ts';

describe('page to read and try the license API', () => {
  let fixture: BrowserFixture;

  beforeAll(async () => {
    fixture = await openBrowserFixture();
  });
  afterAll(() => fixture.close());

  test('tries a call with a key, within the policies of all pages, and sends nothing to another host', async () => {
    const { url, services } = fixture.planlens;
    const key = await createApiKey(services.apiKeys);
    const { page, consoleErrors } = await fixture.open();
    const requested: { readonly url: string; readonly hasKey: boolean }[] = [];
    page.on('request', (request) =>
      requested.push({ url: request.url(), hasKey: request.headers()['x-api-key'] === key }),
    );
    await page.goto(`${url}/api/docs?lang=en`);
    await page.getByRole('button', { name: 'Authorize' }).click();
    const dialog = page.locator('.modal-ux');
    await dialog.locator('#api_key_value').fill(key);
    await dialog.getByRole('button', { name: 'Apply credentials' }).first().click();
    await dialog.getByRole('button', { name: 'Close' }).first().click();

    const operation = page.locator('#operations-Users-explainFeatureOfUser');
    await operation.locator('.opblock-summary-control').click();
    await operation.getByRole('button', { name: 'Try it out' }).click();
    await operation.locator('[data-param-name="id"] input').fill('101');
    await operation.locator('[data-param-name="key"] input').fill('knowledge-base');
    await operation.getByRole('button', { name: 'Execute' }).click();
    const answer = operation.locator('.live-responses-table .response .microlight').first();
    await expect.poll(() => answer.textContent()).toContain('"tenant": "Cust20001"');

    expect(consoleErrors).toEqual([]);
    const origins = new Set(
      requested.map((each) => new URL(each.url).origin).filter((each) => each !== 'null'),
    );
    expect([...origins]).toEqual([url]);
    expect(requested.filter(({ hasKey }) => hasKey).map((each) => new URL(each.url).pathname)).toEqual([
      '/api/v1/users/101/features/knowledge-base',
    ]);
    for (const width of [320, 1280]) {
      await page.setViewportSize({ width, height: 900 });
      const overflow = await page
        .locator('html')
        .evaluate((element) => element.scrollWidth - element.clientWidth);
      expect([width, overflow]).toEqual([width, 0]);
    }

    await page.reload();
    await page.getByRole('button', { name: 'Authorize' }).click();
    expect(await page.locator('#api_key_value').inputValue()).toBe('');
  });
});
