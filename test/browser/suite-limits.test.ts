import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { install } from '../support/planlens.ts';
import { type BrowserFixture, openBrowserFixture } from './browser-fixture.ts';
import { suiteAdministrator } from './page-states.ts';

const person = { tenantId: 'Cust20002', associateId: 202, userName: 'anna.richter@suitecore.example' };

describe('limits of CRM Suite in the panel', () => {
  let fixture: BrowserFixture;

  beforeAll(async () => {
    fixture = await openBrowserFixture();
    await install(fixture.planlens, suiteAdministrator);
  });
  afterAll(() => fixture.close());

  test('follows the use of a limit from 84 to 85 and 100 %', async () => {
    const { planlens } = fixture;
    const { panel, signIn, consoleErrors } = await fixture.open();
    const projects = panel.locator('dt:text-is("Aktive Projekte") + dd');
    const shows = async () => {
      const [text = ''] = await projects.allInnerTexts();
      return [text.replace(/\s+/g, ' '), await projects.getAttribute('data-level')];
    };
    const use = (active: number) => {
      planlens.sandbox.control.setLimitUse({ tenant: 'Cust20002', limit: 'projects', active });
      planlens.passTime(60_000);
    };
    const advice =
      'An der Grenze kann kein neues Projekt angelegt werden. Schließen Sie beendete Projekte ab. CRM Suite Growth hat diese Grenze nicht.';

    use(84);
    await signIn(person);
    const refresh = panel.getByRole('button', { name: 'Lizenzdaten aktualisieren' });
    await refresh.click();
    await expect.poll(shows).toEqual(['84 von 100', null]);
    use(85);
    await refresh.click();
    await expect.poll(shows).toEqual([`85 von 100 Nahe an der Grenze ${advice}`, 'near']);
    use(100);
    await refresh.click();
    await expect.poll(shows).toEqual([`100 von 100 Grenze erreicht ${advice}`, 'reached']);
    expect(consoleErrors).toEqual([]);
  });
});
