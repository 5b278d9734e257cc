import type { ImageFacts } from './image-facts.ts';
import type { Manifest, Problem } from './read-manifest.ts';
import { vendorFills } from './schemas.ts';

/** The languages of the app, by the code of its files, as the App Store calls them. */
const languageNames: Readonly<Record<string, string>> = {
  da: 'Danish',
  de: 'German',
  en: 'English',
  nl: 'Dutch',
  no: 'Norwegian',
  sv: 'Swedish',
};
const environmentLogins: Readonly<Record<string, string>> = {
  sod: 'https://sod.superoffice.com',
  stage: 'https://qaonline.superoffice.com',
  online: 'https://online.superoffice.com',
};
/** The paths SuperOffice or its users are sent to, each a route of the app. */
const addresses = {
  installUrl: '{PUBLIC_URL}/install',
  configureUrl: '{PUBLIC_URL}/setup',
  uninstallUrl: '{PUBLIC_URL}/uninstall',
  stateChangeUrl: '{PUBLIC_URL}/callbacks/state-change',
} as const;
const callback = '{PUBLIC_URL}/auth/callback';
const prefix = 'planlens';

/**
 * The icons and the logo, and how wide and high each is
 * (docs/superoffice/panels-and-marketplace.md#13-app-store-listing).
 */
export const icons: Readonly<Record<string, number>> = {
  'icon-home-488.png': 488,
  'icon-detail-488.png': 488,
  'logo-1080.png': 1080,
};

/** What one file alone does not tell. `pictures` by their path in `manifest/images`; null is no PNG. */
export function problemsOf(
  manifest: Manifest,
  pictures: ReadonlyMap<string, ImageFacts | null>,
): readonly Problem[] {
  return [
    ...panelProblems(manifest),
    ...environmentProblems(manifest),
    ...listingProblems(manifest, pictures),
    ...iconProblems(pictures),
  ];
}

function panelProblems({ panels }: Manifest): Problem[] {
  const file = 'web-panels.json';
  const wrong = (where: string, says: string): Problem => ({ file, where, says });
  const doubled = (['progId', 'name', 'windowName'] as const).flatMap((field) => {
    const values = panels.map((panel) => panel[field]);
    return values.flatMap((value, index) => [
      ...(values.indexOf(value) < index ? [wrong(`${index}.${field}`, `${value} is there twice`)] : []),
      ...(value.toLowerCase().startsWith(prefix)
        ? []
        : [wrong(`${index}.${field}`, `does not begin with ${prefix}`)]),
    ]);
  });
  const addressed = panels.flatMap(({ url, visibleIn }, index) => {
    const where = `${index}.url`;
    if (/usec/i.test(url)) return [wrong(where, 'asks for a credential (usec)')];
    if (visibleIn === 'NavigatorButton' && url.startsWith('soprotocol:')) return [];
    const missing = ['uctx', 'usid'].filter((variable) => !url.includes(`<${variable}>`));
    return [
      ...(url.startsWith('{PUBLIC_URL}/panel?') ? [] : [wrong(where, 'does not lead to our panel')]),
      ...missing.map((variable) => wrong(where, `does not carry <${variable}>`)),
    ];
  });
  return [...doubled, ...addressed];
}

function environmentProblems({ environments }: Manifest): Problem[] {
  const missing = Object.keys(environmentLogins).filter((name) => !environments.has(name));
  const wrong = [...environments].flatMap(([name, environment]) => {
    const file = `environments/${name}.json`;
    const problem = (where: string, says: string): Problem => ({ file, where, says });
    const different = Object.entries(addresses).flatMap(([field, address]) =>
      environment[field as keyof typeof addresses] === address ? [] : [problem(field, `is not ${address}`)],
    );
    return [
      ...(environment.loginUrl === environmentLogins[name]
        ? []
        : [problem('loginUrl', `is not that of ${name}`)]),
      ...(environment.redirectUrls.includes(callback) ? [] : [problem('redirectUrls', `lacks ${callback}`)]),
      ...different,
    ];
  });
  return [
    ...missing.map((name) => ({ file: `environments/${name}.json`, where: '', says: 'is missing' })),
    ...wrong,
  ];
}

function listingProblems(
  { listings }: Manifest,
  pictures: ReadonlyMap<string, ImageFacts | null>,
): Problem[] {
  const missing = Object.keys(languageNames).filter((code) => !listings.has(code));
  const wrong = [...listings].flatMap(([code, listing]) => {
    const file = `listing/${code}.json`;
    const problem = (where: string, says: string): Problem => ({ file, where, says });
    const links = listing.links.flatMap(({ url }, index) =>
      isAddress(url) ? [] : [problem(`links.${index}.url`, 'is neither https nor {PUBLIC_URL}')],
    );
    const unfit = listing.pictures.flatMap(({ file: picture }, index) => {
      const says = screenshotProblem(pictures.get(`screenshots/${picture}`));
      return says === '' ? [] : [problem(`pictures.${index}`, `${picture} ${says}`)];
    });
    const isOwn = listing.language === languageNames[code];
    return [...(isOwn ? [] : [problem('language', `is not that of ${code}`)]), ...links, ...unfit];
  });
  return [
    ...missing.map((code) => ({ file: `listing/${code}.json`, where: '', says: 'is missing' })),
    ...wrong,
  ];
}

function isAddress(url: string): boolean {
  return url === vendorFills || url.startsWith('{PUBLIC_URL}/') || url.startsWith('https://');
}

/** Empty where a screenshot is 16:9, between 1920 x 1080 and 3840 x 2160, and without transparency. */
function screenshotProblem(facts: ImageFacts | null | undefined): string {
  if (facts === undefined) return 'is missing';
  if (facts === null) return 'is no PNG';
  const { width, height, transparent } = facts;
  if (transparent) return 'is transparent';
  if (width * 9 !== height * 16) return 'is not 16:9';
  return width < 1920 || width > 3840 ? 'is not between 1920 x 1080 and 3840 x 2160' : '';
}

function iconProblems(pictures: ReadonlyMap<string, ImageFacts | null>): Problem[] {
  return Object.entries(icons).flatMap(([file, size]) => {
    const facts = pictures.get(file);
    const isRight = facts?.width === size && facts.height === size && facts.transparent;
    return isRight
      ? []
      : [{ file: `images/${file}`, where: '', says: `is no transparent PNG of ${size} x ${size}` }];
  });
}

/** Where something is left to the vendor, by file; nothing is wrong with it before the listing is published. */
export function vendorTodos(manifest: Manifest): readonly string[] {
  const files: [string, unknown][] = [
    ['app.json', manifest.app],
    ...[...manifest.listings].map(([code, listing]): [string, unknown] => [`listing/${code}.json`, listing]),
  ];
  return files.flatMap(([file, content]) => {
    const count = JSON.stringify(content).split(vendorFills).length - 1;
    return count === 0 ? [] : [`${file}: ${count}`];
  });
}
