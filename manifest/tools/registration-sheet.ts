import { isLanguage } from '../../src/licensing/catalogue/languages.ts';
import { localizedVendorText, type Vendor } from '../../src/web/rendering/vendor.ts';
import type { Manifest } from './read-manifest.ts';

/** A field of the Developer Portal or the App Store with its values, ready to copy. */
interface SheetField {
  readonly label: string;
  readonly values: readonly string[];
}

/** A group of fields. */
export interface SheetSection {
  readonly title: string;
  readonly fields: readonly SheetField[];
}

/**
 * Lists all fields of one environment in the portal's order, with `publicUrl` in every URL.
 *
 * @throws {Error} for an unknown environment
 */
export function createRegistrationSheet(
  { app, vendor, environments, listings, panels, webhook }: Manifest,
  environmentName: string,
  publicUrl: string,
): readonly SheetSection[] {
  const environment = environments.get(environmentName);
  if (environment === undefined) throw new Error(`no environment ${environmentName}`);
  const fillUrl = (text: string) =>
    text
      .replaceAll('{PUBLIC_URL}', publicUrl)
      .replace('{SUPPORT_PAGE}', vendor.support.page)
      .replace('{PROBLEM_REPORTS}', vendor.support.problemReports);
  const field = (label: string, ...values: readonly string[]): SheetField => ({
    label,
    values: values.map(fillUrl),
  });

  return [
    {
      title: 'Developer Portal: application',
      fields: [
        field('Name', app.name),
        field('SEO name', app.seoName),
        field('Vendor', vendor.name),
        field('Templates', ...app.templates),
        field('Technical contact', vendor.contacts.technical),
        field('Error reporting e-mails', vendor.contacts.errorReports),
        field('Uninstall reporting e-mails', vendor.contacts.uninstallReports),
      ],
    },
    {
      title: `Developer Portal: configuration of ${environmentName}`,
      fields: [
        field('Sign-in', environment.loginUrl),
        field('Redirect URLs', ...environment.redirectUrls),
        field('Post-logout URLs', ...environment.postLogoutUrls),
        field('CORS URLs', ...environment.corsUrls),
        field('Authorize: consent text', app.consentText),
        field('Customer state change', environment.stateChangeUrl),
        field('Claims', ...app.claims),
        field('Agents', ...app.agents),
        field('Authorization level', app.authorizationLevel),
        field('Certificate', 'the public key: npm run cli -- keys show app.pem'),
      ],
    },
    {
      title: 'Environment of the app',
      fields: [
        field(environment.clientId, 'the client ID from the portal'),
        field(environment.clientSecret, 'the client secret from the portal (not stored here)'),
        field(environment.privateKey, 'the private key (not stored here)'),
        field('PUBLIC_URL', '{PUBLIC_URL}'),
        field('SUPEROFFICE_ENVIRONMENT', environmentName),
      ],
    },
    {
      title: 'Provisioned in each tenant',
      fields: [
        ...panels.map(({ name, progId, windowName, visibleIn, url }) =>
          field(
            `Web panel ${name}`,
            `ProgId ${progId}`,
            `Window ${windowName}`,
            `Visible in ${visibleIn}`,
            url,
          ),
        ),
        field(`Webhook ${webhook.name}`, ...webhook.events),
      ],
    },
    ...[...listings].map(([code, listing]): SheetSection => {
      const localized = (text: Vendor['price']) => localizedVendorText(text, isLanguage(code) ? code : 'en');
      const { support, website, privacyStatement, terms, price } = vendor;
      return {
        title: `App Store: ${listing.language}`,
        fields: [
          field('Header', listing.header),
          field('About', listing.about),
          field('Key features', ...listing.keyFeatures),
          field('Categories', ...listing.categories),
          field('Markets', ...listing.markets),
          field('Languages', ...listing.appLanguages),
          ...listing.links.map(({ type, url }) => field(`Link: ${type}`, url)),
          field('Support contact', support.email, localized(support.hours)),
          field('Product page', website),
          field('Privacy policy', privacyStatement),
          field('Supported CRM plans', listing.supportedPlans),
          field('System requirements', listing.requirements),
          field('How to install', ...listing.howToInstall),
          field('Price', localized(price)),
          field('Terms', terms),
          field('Meta description', listing.seo.description),
          field('Keywords', ...listing.seo.keywords),
          field('Pictures', ...listing.pictures.map(({ file, alt }) => `${file}: ${alt}`)),
        ],
      };
    }),
  ];
}
