import { addOnKeys } from '../../src/licensing/catalogue/add-ons.ts';
import { administrationTargets, findCrmScreen } from '../../src/licensing/catalogue/crm-screens.ts';
import { featureKeys } from '../../src/licensing/catalogue/feature-keys.ts';

/** The page with all SoProtocol targets, below the folder of its language. */
export const targetsPage = 'en/customization/soprotocol/navigation-points.md';

/** The targets that we open and that the page with all targets no longer names, one line each. */
export function compareTargets(page: string): readonly string[] {
  const words = new Set(page.match(/\w+/g));
  const users = new Map<string, string[]>();
  for (const key of [...featureKeys, ...addOnKeys]) {
    const target = findCrmScreen(key)?.target;
    if (target !== undefined) users.set(target, [...(users.get(target) ?? []), key]);
  }
  for (const target of Object.values(administrationTargets)) users.set(target, ['administrators']);
  return [...users]
    .filter(([target]) => target.split('.').some((part) => !words.has(part)))
    .map(([target, by]) => `removed target ${target}; opened for ${by.join(', ')}`);
}
