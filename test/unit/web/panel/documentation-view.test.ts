import { describe, expect, it } from 'vitest';
import type { FeatureKey } from '../../../../src/licensing/catalogue/feature-keys.ts';
import { getPublishedRequirement } from '../../../../src/licensing/catalogue/published-requirement.ts';
import { describeDocumentation } from '../../../../src/web/panel/documentation-view.ts';
import { english, german } from '../harness.ts';

const describeFeature = (feature: FeatureKey, language = english) =>
  describeDocumentation(getPublishedRequirement(feature), language);

describe('describeDocumentation', () => {
  it('shows all statements that disagree, strongest first, with links to other pages', () => {
    const { statements, conflict, asOf } = describeFeature('auto-assign-to-agent');
    expect(statements.at(-1)?.page?.text).toBe('Open that page');
    expect(statements.map(({ text, page }) => [text, page?.url])).toEqual([
      ['The page is marked for: Service-Essentials or CRM Suite Starter or higher.', undefined],
      ['The list of user plans names: Service-Premium.', undefined],
      [
        'Another page names: Service-Premium or CRM Suite Growth or higher.',
        'https://docs.superoffice.com/en/request/admin/next-in-queue',
      ],
    ]);
    expect(conflict).toBe(english.t('documentation.conflict'));
    expect(asOf).toBe('Edition of 24 July 2026.');
    expect(describeFeature('quote-management').conflict).toBe('');
  });

  it('links to the page in the language of the reader, or else in English', () => {
    expect(describeFeature('saint', german).page).toEqual({
      url: 'https://docs.superoffice.com/de/saint/learn/index',
      text: german.t('documentation.page'),
      inEnglish: false,
    });
    expect(describeFeature('mailing-service-mailgun', german).page).toMatchObject({
      url: 'https://docs.superoffice.com/en/online/mail-services/mailgun/index',
      inEnglish: true,
    });
    expect(describeFeature('superoffice-for-google', german).page).toMatchObject({
      url: 'https://docs.superoffice.com/integrations/gmail-link/index',
      inEnglish: true,
    });
  });

  it('names every user plan in words, and add-ons by the name the pages use', () => {
    expect(describeFeature('calendar').statements.map(({ text }) => text)).toEqual([
      'The page is marked for: every user plan or CRM Suite Starter or higher.',
    ]);
    expect(describeFeature('custom-fields').notes).toEqual([
      'Changing the layout of the fields requires: Development Tools or CRM Suite Core or higher.',
    ]);
  });

  it('tells when SuperOffice ended a feature', () => {
    expect(describeFeature('standard-service-reports').notes).toEqual([
      'SuperOffice discontinued this feature on 4 December 2024.',
    ]);
  });
});
