import { describe, expect, it } from 'vitest';
import type { AccessRequest } from '../../../../../src/tenants/access-request-store.ts';
import {
  openAccessRequests,
  resolvedAccessRequests,
} from '../../../../../src/web/admin/access-requests/access-request-rows.ts';
import type { InvalidResolution } from '../../../../../src/web/admin/access-requests/resolution-form.ts';
import { english, german } from '../../harness.ts';
import { requestAccess } from '../../panel/panel-contexts.ts';

interface Given {
  readonly accessRequests: readonly AccessRequest[];
  readonly refused?: InvalidResolution;
  readonly mayDropService?: boolean;
}

function view({ accessRequests, refused, mayDropService = true }: Given, language = english) {
  return {
    open: openAccessRequests(accessRequests, { refused: refused ?? null, mayDropService }, language),
    resolved: resolvedAccessRequests(accessRequests, language),
  };
}

const resolution = { resolvedAt: new Date('2026-11-30T10:00:00Z'), resolvedBy: 'Kari Nygård' };

describe('access request queue', () => {
  const one = (accessRequest: AccessRequest, language = english) =>
    view({ accessRequests: [accessRequest] }, language).open[0];

  it('shows who requested what, when and why, in the given order', () => {
    const accessRequests = [
      requestAccess('feature:saint', { reason: 'For follow-ups' }),
      requestAccess('plan:sales-premium'),
      requestAccess('feature:forms', { state: 'declined', comment: 'Next year.', ...resolution }),
      requestAccess('feature:saint', { state: 'fulfilled', ...resolution }),
    ];
    const page = view({ accessRequests });
    expect(page.open[0]).toEqual({
      id: accessRequests[0]?.id,
      title: 'Feature: Activity Monitors (SAINT)',
      requestedBy: 'Markus Brandt',
      requestedOn: '22 November 2026',
      reason: 'For follow-ups',
      serviceWarning: '',
      draft: '',
      validationError: '',
    });
    expect(page.open.map(({ title }) => title)[1]).toBe('Plan: Sales-Premium');
    expect(page.resolved.map(({ outcome, comment }) => [outcome, comment])).toEqual([
      ['Declined on 30 November 2026 by Kari Nygård', 'Next year.'],
      ['Done on 30 November 2026 by Kari Nygård', ''],
    ]);
  });

  it('uses the language of the page, also for catalogue labels', () => {
    const accessRequest = one(requestAccess('feature:saint'), german);
    expect(accessRequest?.title).toBe('Funktion: Aktivitätsüberwachung (SAINT)');
    expect(accessRequest?.requestedOn).toBe('22. November 2026');
  });

  it.each([
    ['plan:core', 'Plan: CRM Suite Core'],
    ['feature:gone', 'gone'],
    ['plan:gone', 'gone'],
    ['plan:saint', 'saint'],
    ['feature:sales-premium', 'sales-premium'],
    ['gone', 'gone'],
    ['', ''],
  ])('shows the subject %j by its label, or by its key if the catalogue lacks it', (subject, title) => {
    expect(one(requestAccess(subject))?.title).toBe(title);
  });

  it('shows a user without a name by number and an administrator by role', () => {
    expect(one(requestAccess('feature:saint', { requestedBy: '' }))?.requestedBy).toBe('User 5');
    const accessRequest = requestAccess('feature:saint', {
      state: 'fulfilled',
      ...resolution,
      resolvedBy: '',
    });
    expect(view({ accessRequests: [accessRequest] }).resolved[0]?.outcome).toBe(
      'Done on 30 November 2026 by an administrator',
    );
  });

  it('does not interpret text from a user as a translation template', () => {
    const requestedBy = '$t(admin.title) {{date}}';
    expect(one(requestAccess('feature:saint', { requestedBy }))?.requestedBy).toBe(requestedBy);
    const accessRequest = requestAccess('feature:saint', {
      state: 'fulfilled',
      ...resolution,
      resolvedBy: requestedBy,
    });
    expect(view({ accessRequests: [accessRequest] }).resolved[0]?.outcome).toContain(`by ${requestedBy}`);
  });

  it('warns of open requests for a plan without Service if a user may have Service', () => {
    const warning = english.t('crm.mayDropService');
    const warnings = (subject: string, mayDropService: boolean) =>
      view({ accessRequests: [requestAccess(subject)], mayDropService }).open[0]?.serviceWarning;
    expect(warnings('plan:sales-premium', true)).toBe(warning);
    expect(warnings('plan:sales-premium', false)).toBe('');
    expect(warnings('plan:service-essential', true)).toBe('');
    expect(warnings('plan:starter', true)).toBe('');
    expect(warnings('feature:saint', true)).toBe('');
  });

  it('shows a rejected resolution again in its own form, with the error', () => {
    const [first, second] = ['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002'];
    const accessRequests = [
      requestAccess('feature:saint', { id: first }),
      requestAccess('feature:forms', { id: second }),
    ];
    const comment = 'x'.repeat(1501);
    const refused = { id: second, comment, validationError: 'comment-too-long' } as const;
    const { open } = view({ accessRequests, refused });
    expect(open.map(({ draft, validationError }) => [draft, validationError])).toEqual([
      ['', ''],
      [comment, expect.stringContaining('1,501 characters; at most 500')],
    ]);
  });
});
