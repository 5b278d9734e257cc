import { beforeEach, describe, expect, it } from 'vitest';
import type { CookieClient, VisitedPage } from '../../sandbox/cookie-client.ts';
import { listAccessRequests } from '../support/access-requests.ts';
import { getTenant } from '../support/get-tenant.ts';
import {
  featureUrl,
  getVisibleText,
  install,
  installedPlanlens,
  panelUrl,
  signInToCrm,
  submit,
  type TestUser,
  testUsers,
} from '../support/planlens.ts';

const { administrator, otherAdministrator, salesPremium } = testUsers;
const { tenantId } = administrator;
const subject = 'feature:knowledge-base';

describe('saved answers', async () => {
  const planlens = await installedPlanlens();
  await install(planlens, otherAdministrator);
  const { savedAnswers, accessRequests, audit, tenants, exportTenant } = planlens.services;

  beforeEach(async () => {
    for (const { name } of await savedAnswers.list(tenantId)) await savedAnswers.remove(tenantId, name);
    const request = { associateId: salesPremium.associateId, requestedBy: 'Markus Brandt', subject };
    await accessRequests.withdraw(tenantId, request);
    await accessRequests.submit(tenantId, { ...request, reason: '' });
  });

  const open = async (path: string, person: TestUser = administrator) => {
    const cookieClient = await signInToCrm(planlens, person);
    return { cookieClient, page: await cookieClient.get(`${planlens.url}${path}?lang=en`) };
  };
  const answer = (cookieClient: CookieClient, page: VisitedPage, fields: Record<string, string>) =>
    submit(cookieClient, page, '/admin/access-requests', { state: 'declined', comment: '', ...fields });
  const latest = async () => {
    const [first] = await listAccessRequests(accessRequests, tenantId);
    return first && { state: first.state, comment: first.comment };
  };

  it('are saved with an answer and chosen for a later one, and the asker reads the text', async () => {
    const { cookieClient, page } = await open('/admin/access-requests');
    expect(page.html).not.toContain('name="answer"');
    const comment = 'Not this year.\r\nAsk again in March.';
    await answer(cookieClient, page, { comment, saveAs: 'Budget' });
    expect(await savedAnswers.list(tenantId)).toEqual([
      { name: 'Budget', text: 'Not this year.\nAsk again in March.' },
    ]);

    await accessRequests.submit(tenantId, {
      associateId: salesPremium.associateId,
      requestedBy: 'Markus Brandt',
      subject: 'feature:mailings',
      reason: '',
    });
    const again = await cookieClient.get(page.url);
    expect(again.html).toContain('<option value="Budget">Budget</option>');
    await answer(cookieClient, again, { answer: 'Budget' });
    const user = await signInToCrm(planlens, salesPremium);
    await user.get(panelUrl(planlens, salesPremium));
    const shown = await user.get(featureUrl(planlens, salesPremium, 'mailings'));
    expect(getVisibleText(shown.html)).toContain('Not this year. Ask again in March.');
  });

  it('give way to a text that is typed', async () => {
    await savedAnswers.save(tenantId, { name: 'Budget', text: 'Saved.' }, null);
    const { cookieClient, page } = await open('/admin/access-requests');
    await answer(cookieClient, page, { answer: 'Budget', comment: 'Typed.' });
    expect(await latest()).toMatchObject({ comment: 'Typed.' });
  });

  it.each([
    [{ answer: 'Gone' }, 'was deleted in the meantime'],
    [{ comment: 'x', saveAs: 'Budget' }, 'Another saved answer has this name'],
    [{ comment: 'x', saveAs: 'n'.repeat(61) }, 'The name has 61 characters; at most 60 fit'],
    [{ state: 'fulfilled', saveAs: 'New' }, 'Enter the text of the answer'],
  ])('are refused beside the form, and nothing is answered: %j', async (fields, problem) => {
    await savedAnswers.save(tenantId, { name: 'Budget', text: 'Saved.' }, null);
    const { cookieClient, page } = await open('/admin/access-requests');
    const refused = await answer(cookieClient, page, fields);
    expect(refused.status).toBe(400);
    expect(getVisibleText(refused.html)).toContain(problem);
    expect(refused.html).toMatch(/aria-describedby="field-error" aria-invalid="true" autofocus/);
    if ('saveAs' in fields) expect(refused.html).toContain(`value="${fields.saveAs}"`);
    expect(await latest()).toMatchObject({ state: 'open' });
    expect(await savedAnswers.list(tenantId)).toHaveLength(1);
  });

  it('are added, renamed and deleted on their page', async () => {
    const { cookieClient, page } = await open('/admin/saved-answers');
    const path = '/admin/saved-answers';
    const form = (name: string, text: string, intent = 'save') => ({ name, text, intent });
    const nasty = '"><script>x</script> =1+1 \u202E𝟜🙂';
    const added = await submit(cookieClient, page, path, form(nasty, nasty));
    expect(added.html).not.toContain('<script>x');
    expect(await savedAnswers.list(tenantId)).toEqual([{ name: nasty, text: nasty }]);

    const renamed = await submit(cookieClient, added, path, {
      ...form('Budget', 'Next year.'),
      replaced: nasty,
    });
    expect(await savedAnswers.list(tenantId)).toEqual([{ name: 'Budget', text: 'Next year.' }]);
    const refused = await submit(cookieClient, renamed, path, form('', 'Next year!'));
    expect([refused.status, refused.html.includes('Next year!</textarea>')]).toEqual([400, true]);
    expect(getVisibleText(refused.html)).toContain('Give the answer a short name.');

    await submit(cookieClient, refused, path, form('', '', 'delete'));
    expect(await savedAnswers.list(tenantId)).toEqual([]);
    expect((await audit.latest(tenantId, 3)).map(({ event }) => event)).toEqual([
      { event: 'answer-deleted' },
      { event: 'answer-saved' },
      { event: 'answer-saved' },
    ]);
    const setup = getVisibleText((await cookieClient.get(`${planlens.url}/setup?lang=en`)).html);
    expect(setup).toContain('deleted a saved answer');
  });

  it('are kept while their administrator has to sign in again', async () => {
    const { cookieClient, page } = await open('/admin/saved-answers');
    planlens.passTime(6 * 60_000);
    const form = { name: 'Budget', text: 'Next year.', intent: 'save' };
    const kept = await submit(cookieClient, page, '/admin/saved-answers', form);
    expect(getVisibleText(kept.html)).toContain('so this was not sent');
    expect(kept.html).toContain('value="Budget"');
    expect(await savedAnswers.list(tenantId)).toEqual([]);
  });

  it('are full with 50: the page offers no other, and says so', async () => {
    for (let index = 0; index < 50; index += 1)
      await savedAnswers.save(tenantId, { name: `Answer ${index}`, text: 'x' }, null);
    const { cookieClient, page } = await open('/admin/saved-answers');
    expect(getVisibleText(page.html)).toContain('50 answers are saved, and no more fit.');
    expect(page.html).not.toContain('New answer');
    const requests = await cookieClient.get(`${planlens.url}/admin/access-requests?lang=en`);
    const refused = await answer(cookieClient, requests, { comment: 'x', saveAs: 'One more' });
    expect([refused.status, getVisibleText(refused.html)]).toEqual([
      400,
      expect.stringContaining('Delete one first.'),
    ]);
  });

  it('are in the export of their tenant only, and gone with it', async () => {
    const { tenantId: other } = otherAdministrator;
    await savedAnswers.save(other, { name: 'Theirs', text: 'x' }, null);
    const { page } = await open('/admin/saved-answers');
    expect(page.html).not.toContain('Theirs');
    let file = '';
    for await (const part of exportTenant(other)) file += part;
    expect(JSON.parse(file).savedAnswers).toEqual([{ context_identifier: other, name: 'Theirs', text: 'x' }]);
    await tenants.purge(await getTenant(tenants, other), otherAdministrator.associateId);
    expect(await savedAnswers.list(other)).toEqual([]);
  });
});
