import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Language } from './i18n.ts';

/** Stands for what the vendor has not provided. It is refused in a release (`npm run manifest:check -- --release`). */
export const vendorPlaceholder = 'TO BE FILLED IN BY THE VENDOR';

const placeholder = z.literal(vendorPlaceholder);
const page = placeholder.or(z.url({ protocol: /^https$/ }));
const email = placeholder.or(z.email());
const text = z.string().min(1);
/** A text in each language of the pages. */
const localizedText = placeholder.or(
  z.strictObject({ en: text, de: text, no: text, sv: text, da: text, nl: text }),
);

/** The vendor who runs the app: `manifest/vendor.json`, which pages, listing and registration are made from. */
export const vendorSchema = z.strictObject({
  name: text,
  /** The postal address with the country, on one line. */
  address: text,
  website: page,
  support: z.strictObject({ page, problemReports: page, email, hours: localizedText }),
  /** For SuperOffice only, not for customers. */
  contacts: z.strictObject({ technical: text, errorReports: email, uninstallReports: email }),
  privacyStatement: page,
  terms: page,
  /** Country and provider of the servers that store the data. */
  dataLocation: localizedText,
  /** In EUR, per user or company, with the words about VAT that SuperOffice requires. */
  price: localizedText,
});

export type Vendor = z.output<typeof vendorSchema>;

/** Reads the vendor file. @throws if it is missing or does not match its schema */
export function loadVendor(file: string): Vendor {
  return vendorSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}

/** The text in one language; the placeholder if the vendor has not provided it. */
export function localizedVendorText(value: Vendor['price'], code: Language['code']): string {
  return value === vendorPlaceholder ? value : value[code];
}

/** One statement of the vendor on a page. */
interface VendorValue {
  readonly text: string;
  /** Null if it leads nowhere. */
  readonly href: string | null;
  /** Whether `text` says that the vendor has not provided it. */
  readonly isMissing: boolean;
}

/** What a page tells about the vendor. */
export interface VendorView {
  readonly price: VendorValue;
  readonly dataLocation: VendorValue;
  /** Who the vendor is, where to get help, and the documents to read, each with its name. */
  readonly facts: readonly { readonly name: string; readonly values: readonly VendorValue[] }[];
}

/** Describes the vendor in one language. */
export function vendorView(vendor: Vendor, { code, t }: Language): VendorView {
  const value = (text: string, href: string | null = null): VendorValue => {
    const isMissing = text === vendorPlaceholder;
    return isMissing ? { text: t('vendor.missing'), href: null, isMissing } : { text, href, isMissing };
  };
  const link = (url: string) => value(url.replace(/^https:\/\/|\/$/g, ''), url);
  const localized = (texts: Vendor['price']) => value(localizedVendorText(texts, code));
  const { name, address, website, support, privacyStatement, terms } = vendor;
  return {
    price: localized(vendor.price),
    dataLocation: localized(vendor.dataLocation),
    facts: [
      { name: t('vendor.name'), values: oneMissing([value(name), value(address), link(website)]) },
      {
        name: t('vendor.support'),
        values: oneMissing([
          link(support.page),
          value(support.email, `mailto:${support.email}`),
          localized(support.hours),
        ]),
      },
      { name: t('vendor.problemReports'), values: [link(support.problemReports)] },
      { name: t('vendor.privacyStatement'), values: [link(privacyStatement)] },
      { name: t('vendor.terms'), values: [link(terms)] },
    ],
  };
}

/** The values with one that is missing at most, because they share a name. */
function oneMissing(values: readonly VendorValue[]): readonly VendorValue[] {
  const missing = values.filter(({ isMissing }) => isMissing).slice(0, 1);
  return [...values.filter(({ isMissing }) => !isMissing), ...missing];
}
