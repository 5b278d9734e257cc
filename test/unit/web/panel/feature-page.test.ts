import { describe, expect, it } from 'vitest';
import { featureKeys } from '../../../../src/licensing/catalogue/feature-keys.ts';
import { type FeaturePage, featurePageView, parseFeature } from '../../../../src/web/panel/feature-page.ts';
import {
  grantedLicense,
  moduleLicense,
  publishedTenant,
  tenantWith,
  userWith,
  userWithPlan,
} from '../../licensing/fixtures/tenants.ts';
import { english, german, languages } from '../harness.ts';
import { addresses, createContext, type Given, requestAccess } from './panel-contexts.ts';

const premium = publishedTenant('premium');
const suiteCore = publishedTenant('suite-core');
const salesman = userWithPlan(premium, 'ten-sales');

function page(feature: Parameters<typeof featurePageView>[1], given: Given): FeaturePage {
  return featurePageView(createContext(given), feature, given.isAdministrator ? addresses : null);
}

describe('feature page', () => {
  it('shows the reason and its evidence with the names SuperOffice uses', () => {
    const { state, reason, inferred, evidence, documentation, upgrades, accessRequest } = page(
      'quote-management',
      {
        tenant: premium,
        user: salesman,
      },
    );
    expect([state, reason, inferred]).toEqual(['enabled', english.t('reason.granted'), false]);
    expect(evidence.map(({ text, code }) => `${text} ${code}`.trim())).toEqual([
      'Your company has this licence: quote',
      'You have this user licence: quote-cal',
      'SuperOffice’s plan list has this feature under Sales Premium, which is part of your plan.',
      'Your plan has Sales Premium, because it includes a licence only that tier has: quote-cal',
    ]);
    expect(documentation.map(({ statements }) => statements.map(({ text }) => text))).toEqual([
      ['The page is marked for: Sales-Premium or CRM Suite Growth or higher.'],
    ]);
    expect([upgrades, accessRequest]).toEqual([[], null]);
  });

  it('lists the plans that add the feature, nearest first, with seats and a comparison link', () => {
    const { upgrades, moreUpgrades, inferred } = page('knowledge-base', { tenant: premium, user: salesman });
    expect(upgrades).toEqual([
      {
        plan: 'Sales-Premium + Service-Essentials',
        seat: { state: 'buy', text: english.t('seat.buy') },
        href: '/panel/plans?uctx=Cust12345&usid=5&lang=en&plan=sales-premium%2Bservice-essential',
      },
    ]);
    expect([moreUpgrades, inferred]).toEqual([[], false]);
    expect(page('forms', { tenant: premium, user: salesman }).inferred).toBe(false);
    const inForms = page('consent-management-in-forms', { tenant: premium, user: salesman });
    expect(inForms.inferred).toBe(true);
    const essentials = page('project-management', {
      tenant: null,
      user: userWithPlan(publishedTenant('essential'), 'ten-sales'),
    });
    expect(essentials.upgrades.map(({ plan }) => plan)).toEqual([
      'Sales-Premium',
      'Sales-Essentials + Marketing-Essentials',
    ]);
    expect(essentials.moreUpgrades.map(({ plan }) => plan)).toEqual(['Sales-Essentials + Service-Premium']);
  });

  it('names the Suite plan that adds the feature', () => {
    const starter = tenantWith(moduleLicense({ name: '?', description: 'SuperOffice CRM Suite Starter' }));
    const { upgrades } = page('quote-management', { tenant: starter, user: userWith() });
    expect(upgrades.map(({ plan, seat }) => [plan, seat])).toEqual([['CRM Suite Growth', null]]);
  });

  it('shows the limits of a Suite plan', () => {
    const { evidence } = page('project-management', { tenant: suiteCore, user: userWith() });
    expect(evidence.map(({ text }) => text)).toContain('Your company’s plan allows: Active projects, 100.');
  });

  it('explains who can change the role that hides the feature', () => {
    const user = { ...salesman, functionRights: ['hide-sale'] };
    const { state, next, hidingRights } = page('sales-and-opportunity-management', { tenant: premium, user });
    expect([state, next]).toEqual(['hidden-by-role', english.t('next.role')]);
    const text = 'Your role has this functional right:';
    expect(hidingRights).toEqual([{ text, code: 'Hide Sale screen', isEnglish: true }]);
  });

  it('lists what can keep a feature from being shown only if the user has it', () => {
    const everything = userWithPlan(premium, 'ten-salesservicemarketing');
    const hintsFor = (user: typeof salesman, feature: Parameters<typeof page>[0]) =>
      page(feature, { tenant: premium, user }).visibilityHints;
    expect(hintsFor(everything, 'knowledge-base')).toEqual([
      {
        text: 'Your role must not have this functional right:',
        code: 'Hide Service screen',
        isEnglish: true,
      },
      { text: 'Your role needs this functional right:', code: 'Knowledge Base', isEnglish: true },
    ]);
    expect(hintsFor(salesman, 'saint')).toEqual([
      { text: english.t('visibilityHint.saint-statuses'), code: '', isEnglish: false },
    ]);
    expect(hintsFor(salesman, 'marketing-automation')).toHaveLength(5); // view-only
    expect(hintsFor(salesman, 'knowledge-base')).toEqual([]);
    const hidden = { ...salesman, functionRights: ['hide-sale'] };
    expect(hintsFor(hidden, 'stakeholders')).toEqual([]);
  });

  it('names the user license needed to edit a feature that is view-only', () => {
    const { state, next } = page('marketing-automation', { tenant: premium, user: salesman });
    expect([state, next]).toEqual(['view-only', 'To edit, you need one of the plans below.']);
  });

  it('marks the advice as assumed when the tier of the current plan is unknown', () => {
    const bare = { name: 'ten-sales', description: 'Plan A', extraFlags: 1, extraInfo: 'set=user,web' };
    const given = {
      tenant: tenantWith(moduleLicense({ name: 'sale' })),
      user: userWith(grantedLicense(bare)),
    };
    expect(page('request-management', given).assumed).toBe(true);
    expect(page('request-management', { tenant: premium, user: salesman }).assumed).toBe(false);
  });

  it('shows the next renewal when the contract is known and an upgrade is recommended', () => {
    const contract = { start: '2026-03-01', period: 'yearly' } as const;
    const given = { tenant: premium, user: salesman, contract };
    expect(page('knowledge-base', given).renewal).toMatch(/renews on 1 March 2027\./);
    expect(page('quote-management', given).renewal).toBe('');
    expect(page('knowledge-base', { ...given, contract: null }).renewal).toBe('');
    const beforeIt = { ...given, today: '2026-02-01' };
    expect(page('knowledge-base', beforeIt).renewal).toBe('');
  });

  it('shows the state of the access request for the feature', () => {
    const given = { tenant: premium, user: salesman };
    const subject = 'feature:knowledge-base';
    const accessRequest = (...accessRequests: NonNullable<Given['accessRequests']>) =>
      page('knowledge-base', { ...given, accessRequests }).accessRequest;
    expect(accessRequest()).toEqual({ subject, text: '', comment: '', mayRequest: true, mayWithdraw: false });
    expect(accessRequest(requestAccess(subject))).toMatchObject({
      text: english.t('accessRequest.open', { date: '22 November 2026' }),
      mayRequest: false,
      mayWithdraw: true,
    });
    const resolution = { comment: 'Next year.', resolvedAt: new Date('2026-11-24T23:00:00Z') };
    expect(accessRequest(requestAccess(subject, { state: 'declined', ...resolution }))).toEqual({
      subject,
      text: 'Your administrators declined on 24 November 2026.',
      comment: 'Next year.',
      mayRequest: true,
      mayWithdraw: false,
    });
    expect(accessRequest(requestAccess('feature:saint'))?.text).toBe('');
  });

  it('for an enabled feature, shows an earlier access request but allows no new one', () => {
    const given = { tenant: premium, user: salesman };
    const subject = 'feature:saint';
    expect(page('saint', given).state).toBe('enabled');
    expect(page('saint', given).accessRequest).toBeNull();
    const open = page('saint', { ...given, accessRequests: [requestAccess(subject)] }).accessRequest;
    expect(open).toMatchObject({ mayRequest: false, mayWithdraw: true });
    const resolution = { state: 'fulfilled', resolvedAt: new Date('2026-11-24T23:00:00Z') } as const;
    const done = page('saint', {
      ...given,
      accessRequests: [requestAccess(subject, resolution)],
    }).accessRequest;
    expect(done).toMatchObject({ mayRequest: false, mayWithdraw: false });
  });

  it('allows no request for a discontinued feature, nor one of an administrator, who has links instead', () => {
    const given = { tenant: premium, user: salesman };
    const ended = page('standard-service-reports', given);
    expect([ended.state, ended.accessRequest]).toEqual(['unknown', null]);
    expect(page('knowledge-base', given).accessRequest).toMatchObject({ mayRequest: true });
    expect(page('knowledge-base', { ...given, isAdministrator: true }).accessRequest).toBeNull();
  });

  it('names the later detection step that contradicts the tier', () => {
    const user = userWith(
      grantedLicense({
        name: 'ten-sales',
        description: 'Sales Essentials',
        extraFlags: 1,
        extraInfo: 'set=user,quote-cal',
      }),
    );
    const { evidence } = page('quote-management', { tenant: premium, user });
    expect(evidence.at(-1)).toMatchObject({
      code: 'quote-cal',
      doubt: '(Sales Essentials points to Essential, but is weaker evidence.)',
    });
  });

  it('leaves no text missing and no placeholder unfilled, for any feature in any language', () => {
    const tenants = [premium, suiteCore, null];
    for (const code of languages.codes) {
      const language = languages.choose([code]);
      for (const tenant of tenants) {
        const users = [userWithPlan(tenant ?? premium, 'ten-service'), userWith(), null];
        for (const user of users) {
          const pages = featureKeys.map((feature) =>
            page(feature, { tenant, user, language, isAdministrator: true }),
          );
          const text = JSON.stringify(pages);
          expect(text).not.toMatch(/\{\{|undefined|NaN|Infinity|Invalid Date|returned an object/);
          expect(text).not.toMatch(
            /"(state|reason|evidence|requirement|next|upgrade|seat|limit|crm)\.[\w.-]+"/,
          );
        }
      }
    }
  });

  it('opens the screen of an enabled feature, and no other', () => {
    const given = { tenant: premium, user: salesman };
    expect(page('sales-guide', given).crmLink).toEqual({
      text: 'Open in SuperOffice',
      href: 'https://online2.superoffice.com/Cust12345/default.aspx?sale.main.guide',
      target: 'sale.main.guide',
    });
    expect(page('mailings', given).crmLink).toBeNull();
    expect(page('sale-targets-and-kpis', given)).toMatchObject({ state: 'enabled', crmLink: null });
  });

  it('opens a screen for administrators only to administrators', () => {
    const given = { tenant: premium, user: salesman };
    expect(page('currency-support', given)).toMatchObject({ state: 'enabled', crmLink: null });
    expect(page('currency-support', { ...given, isAdministrator: true }).crmLink?.target).toBe('adminlists');
  });

  it('shows administrators the steps to an upgrade, and nobody else', () => {
    const given = { tenant: premium, user: salesman };
    expect(page('knowledge-base', given).administration).toBeNull();
    const administration = page('knowledge-base', { ...given, isAdministrator: true }).administration;
    expect(administration?.steps).toHaveLength(2);
    expect(administration?.links.map(({ target }) => target)).toEqual(['adminlicense', '', 'adminusers']);
    expect(page('sales-guide', { ...given, isAdministrator: true }).administration).toBeNull();
    const onSuite = { tenant: suiteCore, user: userWith(), isAdministrator: true };
    expect(page('mailings', onSuite).administration?.steps).toEqual([english.t('crm.step.change-suite')]);
  });

  it('shows administrators the screen of a role that hides the feature', () => {
    const user = { ...salesman, functionRights: ['hide-project'] };
    const { administration } = page('project-management', { tenant: premium, user, isAdministrator: true });
    expect(administration).toEqual({
      steps: [],
      links: [{ text: 'Open Roles', href: addresses.roles, target: 'adminroles' }],
    });
  });

  it('warns of open requests if a listed plan would drop Service', () => {
    const description = 'Service of another version';
    const user = userWith(
      grantedLicense({ name: 'ten-other', description, extraFlags: 1, extraInfo: 'set=user,ej-client' }),
      grantedLicense({ name: 'ej-client' }),
      grantedLicense({ name: 'user' }),
    );
    const given = { tenant: premium, user };
    expect(page('request-management', given).state).toBe('enabled');
    expect(page('quote-management', given).serviceWarning).toBe(english.t('crm.dropsService'));
    expect(page('quote-management', { tenant: premium, user: salesman }).serviceWarning).toBe('');
  });

  it('uses the language of the panel user', () => {
    const { label, stateText } = page('knowledge-base', {
      tenant: premium,
      user: salesman,
      language: german,
    });
    expect([label, stateText]).toEqual(['Wissensdatenbank (FAQs)', 'Upgrade nötig']);
  });
});

describe('feature parameter', () => {
  it('accepts the features of the catalogue and rejects anything else', () => {
    expect(parseFeature('saint')).toBe('saint');
    for (const key of ['', 'Saint', 'toString', undefined, ['saint'], { saint: 1 }]) {
      expect(() => parseFeature(key)).toThrow('feature-unknown');
    }
  });
});
