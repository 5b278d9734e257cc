import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { adminPages } from '../../src/web/administrator-pages.ts';
import { listAccessRequests } from '../support/access-requests.ts';
import { runQuery } from '../support/database.ts';
import { isLongForm } from '../support/long-form.ts';
import { testUsers } from '../support/planlens.ts';
import { recordSeats } from '../support/seat-counts.ts';
import { type BrowserFixture, openBrowserFixture } from './browser-fixture.ts';

const { administrator } = testUsers;
/** The widths of pages whose narrow form differs in its layout only: the short form takes the one that can overflow. */
const widths = isLongForm ? [320, 1280] : [320];

describe("administrators' pages by keyboard", () => {
  let fixture: BrowserFixture;
  let page: Page;

  beforeAll(async () => {
    fixture = await openBrowserFixture();
    const window = await fixture.open({ locale: 'en-GB' });
    page = window.page;
    await window.signIn(administrator, '');
  });
  beforeEach(async () => {
    const { accessRequests } = fixture.planlens.services;
    for (const [index, requestedBy] of ['Anna', 'Bert'].entries())
      await accessRequests.submit(administrator.tenantId, {
        associateId: 101 + index,
        requestedBy,
        subject: 'feature:mailings',
        reason: '',
      });
  });
  afterAll(() => fixture.close());

  const focusedText = () =>
    page.locator(':focus').evaluate((element) => element.textContent.replace(/\s+/g, ' ').trim());
  const tab = async () => {
    await page.keyboard.press('Tab');
    return focusedText();
  };

  test.each([320, 1280])('reaches every page from the navigation at %i pixels', async (width) => {
    await page.setViewportSize({ width, height: 800 });
    await page.goto(`${fixture.planlens.url}/admin?lang=en`);
    // The narrow form has the same links.
    for (const { path } of isLongForm || width === 320 ? adminPages : adminPages.slice(0, 2)) {
      const link = page.locator(`nav.pages a[href^="${path}?"]`);
      const menu = page.getByText('Pages and languages');
      expect([await menu.isVisible(), await link.isVisible()]).toEqual([width === 320, width !== 320]);
      if (width === 320) {
        // The page begins with its heading; the navigation opens by keyboard.
        expect((await page.locator('h1 + *').boundingBox())?.y).toBeLessThan(300);
        await menu.focus();
        await page.keyboard.press('Enter');
      }
      await link.focus();
      await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
      expect(new URL(page.url()).pathname).toBe(path);
      const current = page.locator('[aria-current="page"]');
      expect(await current.count()).toBe(1);
      expect(await current.getAttribute('href')).toBe(`${path}?lang=en`);
      expect(await page.locator('h1').count()).toBe(1);
      // First of all the link that skips the navigation, which is visible while it has the focus.
      expect(await tab()).toBe('Skip to the content');
      const box = await page.locator(':focus').boundingBox();
      expect(box?.width).toBeGreaterThan(50);
    }
  });

  test('skips the navigation, ticks two people and answers them', async () => {
    await page.goto(`${fixture.planlens.url}/admin/access-requests?lang=en`);
    await tab();
    await page.keyboard.press('Enter');
    expect(await tab()).toBe('Waiting for an answer');
    expect(await tab()).toBe('Answered');
    expect(await tab()).toBe('Saved answers');
    for (const name of ['Anna', 'Bert']) {
      await page.keyboard.press('Tab');
      expect(await page.locator('label:has(:focus)').textContent()).toContain(name);
      await page.keyboard.press('Space');
      // Their name leads to their page.
      expect(await tab()).toBe(name);
    }
    await page.keyboard.press('Tab');
    await page.keyboard.type('From Monday.');
    expect(await tab()).toBe('Save this answer for later');
    expect(await tab()).toBe('Done');
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: '2 answers sent.' }).waitFor();
    const { accessRequests } = fixture.planlens.services;
    const states = (await listAccessRequests(accessRequests, administrator.tenantId)).map(
      ({ requestedBy, state, comment }) => [requestedBy, state, comment],
    );
    expect(states.toSorted()).toEqual([
      ['Anna', 'fulfilled', 'From Monday.'],
      ['Bert', 'fulfilled', 'From Monday.'],
    ]);
  });

  test('fills in no answer to other people when the administrator goes back', async () => {
    const { accessRequests } = fixture.planlens.services;
    const asks = (subject: string) =>
      accessRequests.submit(administrator.tenantId, {
        associateId: 111,
        requestedBy: 'Lena',
        subject,
        reason: '',
      });
    await asks('feature:knowledge-base');
    await page.goto(`${fixture.planlens.url}/admin/access-requests?lang=en`);
    const [first, second] = await page.locator('section:has(textarea) h2').allTextContents();
    const answer = async (text: string) => {
      const form = page.locator('form:has(textarea)').first();
      for (const box of await form.getByRole('checkbox').all()) await box.check();
      await form.getByLabel('Your answer').fill(text);
      await form.getByRole('button', { name: 'Done' }).click();
      await page.getByRole('status').filter({ hasText: 'sent.' }).waitFor();
    };
    await answer('From Monday.');
    await page.goBack();
    expect(await page.locator('section:has(textarea) h2').allTextContents()).toEqual([second]);
    expect(second).not.toBe(first);
    expect(await page.getByLabel('Your answer').inputValue()).toBe('');
    await answer('From Tuesday.');
  });

  test('types other seats, asks with Enter and pins a person', async () => {
    await page.goto(`${fixture.planlens.url}/admin/what-if?lang=en`);
    await page.getByLabel('Sales-Premium', { exact: true }).focus();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type('1');
    await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
    expect(new URL(page.url()).searchParams.get('s2v0m0')).toBe('1');
    await page.getByText('3 people would change plan.').waitFor();
    await page.getByText('Any 3 of these 4 people').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('listitem').filter({ hasText: 'Emily Carter' }).waitFor();
    await page.getByLabel('User number in SuperOffice').focus();
    await page.keyboard.type('101');
    await page.getByLabel('Reason').focus();
    await page.keyboard.type('Sells by quotes');
    await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
    await page.getByText('At least Sales-Essentials').waitFor();
    expect(new URL(page.url()).searchParams.get('s2v0m0')).toBe('1');
    // Typed but not asked with.
    await page.getByLabel('Sales-Premium', { exact: true }).fill('2');
    await Promise.all([
      page.waitForEvent('load'),
      page.getByRole('button', { name: 'Remove the pin' }).click(),
    ]);
    expect(await page.getByLabel('Sales-Premium', { exact: true }).inputValue()).toBe('2');
    expect(new URL(page.url()).searchParams.get('s2v0m0')).toBe('2');
  });

  test.each([320, 1280])('finds a user and the reason for a feature at %i pixels', async (width) => {
    await page.setViewportSize({ width, height: 800 });
    await page.goto(`${fixture.planlens.url}/admin/users?lang=en`);
    // Closed on narrow screens, so that the list is not pushed down.
    const filters = page.getByRole('navigation', { name: 'Filter the users' });
    const summary = page.locator('summary', { hasText: 'Filter the users' });
    expect([await summary.isVisible(), await filters.isVisible()]).toEqual([width === 320, width !== 320]);
    if (width === 320) {
      await summary.focus();
      await page.keyboard.press('Enter');
    }
    await filters.getByRole('link', { name: /^Service-Premium/ }).focus();
    await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
    expect((await summary.textContent())?.trim()).toBe('Filter the users · Service-Premium');
    await page.goto(`${fixture.planlens.url}/admin/users?lang=en`);
    await page.getByRole('searchbox').focus();
    await page.keyboard.type('hoffmann');
    await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
    await page.getByRole('status').filter({ hasText: 'Users: 1' }).waitFor();
    await page.getByRole('link', { name: 'Last login' }).focus();
    await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
    expect(new URL(page.url()).search).toBe('?lang=en&search=hoffmann&sort=last-login&order=desc');
    await page.getByRole('link', { name: 'Lena Hoffmann' }).focus();
    await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
    const feature = page.locator('[data-state="upgrade"] > details').first();
    await feature.locator('summary').focus();
    await page.keyboard.press('Enter');
    await feature.locator('.why').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
  });

  test.each(widths)('enters a price and writes a message to SuperOffice at %i pixels', async (width) => {
    const { planPrices } = fixture.planlens.services;
    await planPrices.save(administrator.tenantId, null);
    await page.setViewportSize({ width, height: 800 });
    await page.goto(`${fixture.planlens.url}/admin/contract?lang=en`);
    await page.getByLabel('Currency').focus();
    await page.keyboard.type('nok');
    await page.keyboard.press('Tab');
    await page.keyboard.type('1,249.50');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'What one seat costs' }).waitFor();
    expect(await page.getByRole('cell', { name: 'NOK 14,994.00' }).count()).toBe(1);

    const seats = page.getByLabel('Seats wanted: Sales-Premium', { exact: true });
    await seats.focus();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type('x');
    await page.keyboard.press('Enter');
    await page.getByText('Type whole numbers from 0 to 100,000.').waitFor();
    // The field has the focus again, and its error is its description.
    expect(await page.locator(':focus').getAttribute('aria-describedby')).toBe('message-error');
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type('30');
    await page.keyboard.press('Enter');
    const message = page.getByLabel('Your message');
    await message.waitFor();
    expect(await message.inputValue()).toMatch(/- Sales-Premium: 21 → 30 seats\n/);
    expect(await page.locator(':focus').getAttribute('id')).toBe('message-text');
    expect(await tab()).toBe('Copy the text');
    await page.keyboard.press('Enter');
    await page
      .getByRole('status')
      .filter({ hasText: /^The text is (copied|selected)\./ })
      .waitFor();
    const mail = page.getByRole('link', { name: 'Open in mail' });
    expect(await mail.getAttribute('href')).toMatch(/^mailto:\?subject=.*&body=Hello%2C%0D%0A/);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
  });

  test.each(widths)('creates an API key, copies it once and revokes it at %i pixels', async (width) => {
    const { apiKeys } = fixture.planlens.services;
    const { tenantId } = administrator;
    const inUse = async () => (await apiKeys.list(tenantId)).filter(({ revokedAt }) => revokedAt === null);
    await page.setViewportSize({ width, height: 800 });
    await page.goto(`${fixture.planlens.url}/admin/api-keys?lang=en`);
    await page.getByLabel('Name', { exact: true }).focus();
    await page.keyboard.type('Offer app');
    await tab();
    await page.keyboard.press('ArrowDown');
    for (let count = 0; count < 4; count += 1) await tab();
    await page.keyboard.type('https://app.example.com');
    await tab();
    expect(await tab()).toBe('Create the key');
    await page.keyboard.press('Enter');
    const key = page.getByLabel('Your new key');
    await key.waitFor();
    expect(await page.locator(':focus').getAttribute('id')).toBe('new-key');
    expect(await key.inputValue()).toMatch(/^plp_[\w-]{43}$/);
    expect(await tab()).toBe('Copy the key');
    await page.keyboard.press('Enter');
    await page
      .getByRole('status')
      .filter({ hasText: /^The key is (copied|selected)\./ })
      .waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);

    await page.reload();
    await page.getByRole('status').filter({ hasText: 'This form was already sent' }).waitFor();
    expect(await key.count()).toBe(0);
    expect(await inUse()).toMatchObject([{ name: 'Offer app', origins: ['https://app.example.com'] }]);

    await page.getByText('Revoke: Offer app').focus();
    await page.keyboard.press('Enter');
    expect(await tab()).toBe('Revoke this key');
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: 'The key is revoked.' }).waitFor();
    expect(await inUse()).toEqual([]);
  });

  test.each(widths)('saves an answer and sends it to another person at %i pixels', async (width) => {
    const { savedAnswers, accessRequests } = fixture.planlens.services;
    await savedAnswers.remove(administrator.tenantId, 'Budget');
    await page.setViewportSize({ width, height: 800 });
    await page.goto(`${fixture.planlens.url}/admin/saved-answers?lang=en`);
    const name = page.getByRole('region', { name: 'New answer' }).getByLabel('Short name');
    await name.focus();
    await page.keyboard.type('Budget');
    await page.keyboard.press('Tab');
    await page.keyboard.type('Not this year.');
    expect(await tab()).toBe('Save');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Budget' }).waitFor();

    await page.goto(`${fixture.planlens.url}/admin/access-requests?lang=en`);
    const [group] = await page.getByRole('checkbox').all();
    await group?.focus();
    await page.keyboard.press('Space');
    await page.getByLabel('Saved answer').focus();
    await page.keyboard.type('Budget');
    expect(await tab()).toBe('Save this answer for later');
    await tab();
    expect(await tab()).toBe('Decline');
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: '1 answer sent.' }).waitFor();
    const comments = (await listAccessRequests(accessRequests, administrator.tenantId)).map(
      ({ comment }) => comment,
    );
    expect(comments).toContain('Not this year.');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
  });

  test.each(widths)('keeps a seat that could be reclaimed, at %i pixels', async (width) => {
    const { environment, services } = fixture.planlens;
    const { tenantId } = administrator;
    await runQuery(
      environment.DATABASE_URL ?? '',
      `update tenant_users set login_reported = true, last_login_at = now() - interval '200 days'
      where associate_id = 101`,
    );
    await page.setViewportSize({ width, height: 800 });
    await page.goto(`${fixture.planlens.url}/admin/seats?lang=en`);
    await page.getByRole('link', { name: 'Find seats that could be reclaimed' }).focus();
    await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
    expect(await page.locator('[aria-current="page"]').getAttribute('href')).toBe('/admin/seats?lang=en');
    await page.getByRole('checkbox', { name: 'Markus Brandt' }).focus();
    await page.keyboard.press('Space');
    // One stop for each user.
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').getAttribute('name')).toMatch(/^(id|kind)$/);
    await page.getByLabel('Why').focus();
    await page.keyboard.press('o');
    await page.getByLabel('Note').focus();
    await page.keyboard.type('Back in spring.');
    expect(await tab()).toBe('Keep');
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: '1 seat is now kept.' }).waitFor();
    expect(await services.userMarks.find(tenantId, 101)).toMatchObject({
      kind: 'on-leave',
      note: 'Back in spring.',
      until: null,
    });
    await page.getByRole('link', { name: 'Kept: 1' }).click();
    await page.getByRole('checkbox', { name: 'Markus Brandt' }).focus();
    await page.keyboard.press('Space');
    expect(await tab()).toBe('No longer keep');
    await page.keyboard.press('Enter');
    await page.getByRole('status').filter({ hasText: '1 seat is no longer kept.' }).waitFor();
  });

  test.each(isLongForm ? [true, false] : [true])(
    'ticks all seats of the page and opens one user, with scripts: %s',
    async (scripts) => {
      const { environment, services } = fixture.planlens;
      const { tenantId } = administrator;
      const unused = [101, 102, 103];
      await runQuery(
        environment.DATABASE_URL ?? '',
        `update tenant_users set login_reported = true, last_login_at = now() - interval '200 days'
      where associate_id = any('{${unused.join()}}')`,
      );
      const window = await fixture.open({ locale: 'en-GB', scripts });
      await window.signIn(administrator, '');
      const list = window.page;
      await list.goto(`${fixture.planlens.url}/admin/seats/reclaim?lang=en`);
      await list.getByRole('checkbox', { name: 'Emily Carter' }).focus();
      await list.keyboard.press('Space');
      await list.getByRole('button', { name: 'Open the ticked user' }).focus();
      await Promise.all([list.waitForEvent('load'), list.keyboard.press('Enter')]);
      expect(new URL(list.url()).pathname).toBe('/admin/users/102');

      await list.goto(`${fixture.planlens.url}/admin/seats/reclaim?lang=en`);
      await list.getByRole('checkbox', { name: 'Tick all 3 on this page' }).focus();
      await list.keyboard.press('Space');
      await expect.poll(() => list.locator('[name="id"]:checked').count()).toBe(scripts ? 3 : 0);
      if (scripts) {
        const first = list.locator('[name="id"]').first();
        await first.focus();
        await list.keyboard.press('Space');
        await expect.poll(() => list.locator('[name="all"]').isChecked()).toBe(false);
        await list.keyboard.press('Space');
        await expect.poll(() => list.locator('[name="all"]').isChecked()).toBe(true);
      }
      await list.getByRole('link', { name: 'To the ticked users' }).focus();
      await list.keyboard.press('Enter');
      await list.keyboard.press('Tab');
      expect(await list.locator(':focus').getAttribute('name')).toBe('kind');
      await list.getByRole('button', { name: 'Keep', exact: true }).focus();
      await list.keyboard.press('Enter');
      await list.getByRole('status').filter({ hasText: '3 seats are now kept.' }).waitFor();
      await services.userMarks.remove(tenantId, unused);
      await list.context().close();
    },
  );

  test('shows the pictures of the seats with labels in forced colors', async () => {
    await recordSeats(fixture.planlens.environment, administrator.tenantId, fixture.planlens.now());
    await page.emulateMedia({ forcedColors: 'active' });
    await page.goto(`${fixture.planlens.url}/admin/seats?lang=en`);
    const trend = page.getByRole('img', { name: /^Purchased and in use \(All plans\) from/ });
    const strokes = await trend
      .locator('path[class]:not(.surface)')
      .evaluateAll((paths) =>
        paths.map((path) => path.ownerDocument.defaultView.getComputedStyle(path).strokeDasharray),
      );
    expect(new Set(strokes).size).toBe(2);
    const bar = page.getByRole('img', { name: 'Marketing-Premium: 3 of 7 in use, 4 free' });
    const fills = await bar
      .locator('rect')
      .evaluateAll((parts) =>
        parts.map((part) => part.ownerDocument.defaultView.getComputedStyle(part).fill),
      );
    expect(new Set(fills).size).toBe(2);
    await page.emulateMedia({ forcedColors: 'none' });
  });
});
