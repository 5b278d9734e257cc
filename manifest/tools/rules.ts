import type { ImageFacts } from './image-facts.ts';
import type { Manifest, Problem } from './read-manifest.ts';

/** App Store names of the app's languages by file code. */
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
/** The URLs registered with SuperOffice, each a route of the app. */
const routeUrls = {
  installUrl: '{PUBLIC_URL}/install',
  configureUrl: '{PUBLIC_URL}/setup',
  uninstallUrl: '{PUBLIC_URL}/uninstall',
  stateChangeUrl: '{PUBLIC_URL}/callbacks/state-change',
} as const;
const callback = '{PUBLIC_URL}/auth/callback';
const prefix = 'planlens';
/** Stand for pages of the vendor (`manifest/vendor.json`). */
const vendorLinks = ['{SUPPORT_PAGE}', '{PROBLEM_REPORTS}'];

/**
 * The icons and the logo with their width and height in pixels
 * (docs/superoffice/panels-and-marketplace.md#13-app-store-listing).
 */
export const icons: Readonly<Record<string, number>> = {
  'icon-home-488.png': 488,
  'icon-detail-488.png': 488,
  'logo-1080.png': 1080,
};

/** Checks the rules that span files. `pictures` are keyed by path in `manifest/images`; null is not a PNG. */
export function findProblems(
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
  const wrong = (where: string, message: string): Problem => ({ file, where, message: message });
  const nameProblems = (['progId', 'name', 'windowName'] as const).flatMap((field) => {
    const values = panels.map((panel) => panel[field]);
    return values.flatMap((value, index) => [
      ...(values.indexOf(value) < index ? [wrong(`${index}.${field}`, `${value} is a duplicate`)] : []),
      ...(value.toLowerCase().startsWith(prefix)
        ? []
        : [wrong(`${index}.${field}`, `does not begin with ${prefix}`)]),
    ]);
  });
  const urlProblems = panels.flatMap(({ url, visibleIn }, index) => {
    const where = `${index}.url`;
    if (/usec/i.test(url)) return [wrong(where, 'requests a credential (usec)')];
    if (visibleIn === 'NavigatorButton' && url.startsWith('soprotocol:')) return [];
    const missing = ['uctx', 'usid'].filter((variable) => !url.includes(`<${variable}>`));
    return [
      ...(url.startsWith('{PUBLIC_URL}/panel?') ? [] : [wrong(where, 'is not the URL of our panel')]),
      ...missing.map((variable) => wrong(where, `lacks <${variable}>`)),
    ];
  });
  return [...nameProblems, ...urlProblems];
}

function environmentProblems({ environments }: Manifest): Problem[] {
  const missing = Object.keys(environmentLogins).filter((name) => !environments.has(name));
  const wrong = [...environments].flatMap(([name, environment]) => {
    const file = `environments/${name}.json`;
    const problem = (where: string, message: string): Problem => ({ file, where, message: message });
    const different = Object.entries(routeUrls).flatMap(([field, address]) =>
      environment[field as keyof typeof routeUrls] === address ? [] : [problem(field, `is not ${address}`)],
    );
    return [
      ...(environment.loginUrl === environmentLogins[name]
        ? []
        : [problem('loginUrl', `is not the login URL of ${name}`)]),
      ...(environment.redirectUrls.includes(callback) ? [] : [problem('redirectUrls', `lacks ${callback}`)]),
      ...different,
    ];
  });
  return [
    ...missing.map((name) => ({ file: `environments/${name}.json`, where: '', message: 'is missing' })),
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
    const problem = (where: string, message: string): Problem => ({ file, where, message: message });
    const links = listing.links.flatMap(({ url }, index) =>
      isAllowedUrl(url)
        ? []
        : [problem(`links.${index}.url`, 'is neither https nor {PUBLIC_URL} nor a page of the vendor')],
    );
    const pictureProblems = listing.pictures.flatMap(({ file: picture }, index) => {
      const message = screenshotProblem(pictures.get(`screenshots/${picture}`));
      return message === '' ? [] : [problem(`pictures.${index}`, `${picture} ${message}`)];
    });
    const isOwn = listing.language === languageNames[code];
    return [
      ...(isOwn ? [] : [problem('language', `is not the language of ${code}`)]),
      ...links,
      ...pictureProblems,
    ];
  });
  return [
    ...missing.map((code) => ({ file: `listing/${code}.json`, where: '', message: 'is missing' })),
    ...wrong,
  ];
}

function isAllowedUrl(url: string): boolean {
  return vendorLinks.includes(url) || url.startsWith('{PUBLIC_URL}/') || url.startsWith('https://');
}

/** The problem of a screenshot; empty if it is opaque, 16:9 and between 1920 x 1080 and 3840 x 2160. */
function screenshotProblem(facts: ImageFacts | null | undefined): string {
  if (facts === undefined) return 'is missing';
  if (facts === null) return 'is not a PNG';
  const { width, height, transparent } = facts;
  if (transparent) return 'is transparent';
  if (width * 9 !== height * 16) return 'is not 16:9';
  return width < 1920 || width > 3840 ? 'is not between 1920 x 1080 and 3840 x 2160' : '';
}

function iconProblems(pictures: ReadonlyMap<string, ImageFacts | null>): Problem[] {
  return Object.entries(icons).flatMap(([file, size]) => {
    const facts = pictures.get(file);
    const isCorrect = facts?.width === size && facts.height === size && facts.transparent;
    return isCorrect
      ? []
      : [{ file: `images/${file}`, where: '', message: `is not a transparent PNG of ${size} x ${size}` }];
  });
}
