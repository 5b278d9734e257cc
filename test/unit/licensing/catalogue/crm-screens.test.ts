import { describe, expect, it } from 'vitest';
import { addOnKeys } from '../../../../src/licensing/catalogue/add-ons.ts';
import { isGroup } from '../../../../src/licensing/catalogue/catalogue.ts';
import { administrationTargets, findCrmScreen } from '../../../../src/licensing/catalogue/crm-screens.ts';
import { featureKeys } from '../../../../src/licensing/catalogue/feature-keys.ts';
import { readText } from '../../../support/project-files.ts';

const page = readText('docs/superoffice/changes-2026.md');
const sectionOf = (heading: string) => page.split(/^## /m).find((text) => text.startsWith(heading)) ?? '';
const screens = [...featureKeys, ...addOnKeys].map((key) => ({ key, screen: findCrmScreen(key) }));

describe('screens of the CRM', () => {
  it('have targets that SuperOffice publishes', () => {
    const published = sectionOf('6.') + sectionOf('7.');
    const targets = screens.flatMap(({ screen }) => (screen === null ? [] : [screen.target]));
    expect(targets.length).toBeGreaterThan(30);
    for (const target of [...targets, ...Object.values(administrationTargets)])
      expect(published).toContain(`\`${target}\``);
  });

  it('are for administrators exactly if the target is on the list of targets for administrators', () => {
    for (const { screen } of screens) {
      if (screen === null) continue;
      expect(sectionOf('6.').includes(`\`${screen.target}\``)).toBe(screen.forAdministrators);
    }
  });

  it('are there for features and add-ons, not for groups', () => {
    for (const { key, screen } of screens) if (isGroup(key as never)) expect(screen).toBeNull();
    expect(findCrmScreen('constructor')).toBeNull();
  });
});
