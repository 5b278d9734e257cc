import { describe, expect, it } from 'vitest';
import { featureKeys } from '../../src/licensing/catalogue/feature-keys.ts';
import { languages } from '../../src/licensing/catalogue/languages.ts';
import { isLongForm } from '../support/long-form.ts';
import { getVisibleText, install, installedPlanlens, type TestUser, testUsers } from '../support/planlens.ts';
import { readText } from '../support/project-files.ts';
import { sessionCookie } from '../support/session-cookie.ts';

const suiteUser = { tenantId: 'Cust20002', associateId: 201, userName: 'ingrid.dahl@suitecore.example' };
const withoutPlan = { tenantId: 'Cust20001', associateId: 141, userName: 'emil.strand@designteamet.example' };
const hiddenByRole = {
  tenantId: 'Cust20001',
  associateId: 103,
  userName: 'pieter.devries@designteamet.example',
};

const topLevel = Object.keys(JSON.parse(readText('locales/en.json'))).join('|');
/** A key of a text, such as `panel.why`, a name in camel case, or the path of a page of SuperOffice's documentation. */
const raw = new RegExp(
  `\\b(?:${topLevel})\\.[a-z][\\w-]*|\\b[a-z]+[a-z]*(?<!Super)[A-Z][a-z]\\w*|\\blearn/`,
  'g',
);
/** Whose explanations of features the short form reads: one user of each licence model. */
const ofEachModel: readonly TestUser[] = [testUsers.salesPremium, suiteUser];
/** Names that are written so. */
const names = ['iPhone'];

describe('pages of the panel', async () => {
  const planlens = await installedPlanlens();
  await install(planlens, suiteUser);

  /** What a page shows as text that is neither a text of the locales nor a name; code is SuperOffice's. */
  async function findRaw(person: TestUser, path: string): Promise<readonly string[]> {
    const isAdministrator = person.associateId === testUsers.administrator.associateId;
    const cookie = sessionCookie(planlens.environment, { ...person, isAdministrator });
    const response = await fetch(new URL(path, planlens.url), { headers: { cookie } });
    expect([path, response.status]).toEqual([path, 200]);
    const html = (await response.text())
      .replace(/<code[^>]*>.*?<\/code>/gs, '')
      .replace(/<textarea.*?<\/textarea>/gs, '');
    return (getVisibleText(html).match(raw) ?? []).filter((each) => !names.includes(each));
  }

  it.each(languages)('print no key of a text and no path in %s', async (language) => {
    const people = [testUsers.administrator, testUsers.salesPremium, hiddenByRole, withoutPlan, suiteUser];
    const found = await Promise.all(
      people.flatMap((person) => {
        const query = `uctx=${person.tenantId}&usid=${person.associateId}&lang=${language}`;
        const paths = [
          `/panel?${query}`,
          `/panel?${query}&search=mail`,
          `/panel?${query}&search=no-such-thing`,
          `/panel?${query}&show=upgrade&refreshed=failed&again=20`,
          `/panel/plans?${query}`,
          `/panel/plans?${query}&differences=on`,
          `/panel/newer-features?${query}`,
          ...(isLongForm || ofEachModel.includes(person) ? featureKeys : []).map(
            (feature) => `/panel/feature?${query}&feature=${feature}`,
          ),
        ];
        return paths.map(async (path) => [path, await findRaw(person, path)] as const);
      }),
    );
    expect(found.filter(([, texts]) => texts.length > 0)).toEqual([]);
  });
});
