import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  loadVendor,
  type Vendor,
  vendorPlaceholder,
  vendorView,
} from '../../../../src/web/rendering/vendor.ts';
import { root } from '../../../support/project-files.ts';
import { english, german } from '../harness.ts';

const hours = { en: 'Mon to Fri', de: 'Mo bis Fr', no: 'a', sv: 'b', da: 'c', nl: 'd' };
const vendor: Vendor = {
  name: 'A vendor',
  address: 'Street 1, Oslo, Norway',
  website: 'https://vendor.example/',
  support: {
    page: 'https://vendor.example/help',
    problemReports: 'https://vendor.example/report',
    email: 'help@vendor.example',
    hours,
  },
  contacts: { technical: 'it@vendor.example', errorReports: 'a@b.example', uninstallReports: 'a@b.example' },
  privacyStatement: 'https://vendor.example/privacy',
  terms: 'https://vendor.example/terms',
  dataLocation: hours,
  price: hours,
};
const missing = { text: 'not stated yet', href: null, isMissing: true };

describe('vendorView', () => {
  it('names the vendor, support and documents with links, in the language of the page', () => {
    const { facts, price } = vendorView(vendor, german);
    expect(price).toEqual({ text: 'Mo bis Fr', href: null, isMissing: false });
    expect(facts.map(({ name, values }) => [name, ...values.map(({ text, href }) => href ?? text)])).toEqual([
      ['Anbieter', 'A vendor', 'Street 1, Oslo, Norway', 'https://vendor.example/'],
      ['Support', 'https://vendor.example/help', 'mailto:help@vendor.example', 'Mo bis Fr'],
      ['Problem melden', 'https://vendor.example/report'],
      ['Datenschutzerklärung', 'https://vendor.example/privacy'],
      ['Nutzungsbedingungen', 'https://vendor.example/terms'],
    ]);
    expect(facts[0]?.values[2]?.text).toBe('vendor.example');
  });

  it('marks what the vendor has not provided, once for each name, and links it nowhere', () => {
    const support = { ...vendor.support, email: vendorPlaceholder, hours: vendorPlaceholder } as const;
    const page = {
      ...vendor,
      name: vendorPlaceholder,
      terms: vendorPlaceholder,
      price: vendorPlaceholder,
      support,
    };
    const { facts, price } = vendorView(page as Vendor, english);
    expect(price).toEqual(missing);
    expect(facts[1]?.values).toEqual([expect.objectContaining({ text: 'vendor.example/help' }), missing]);
    expect(facts[4]?.values).toEqual([missing]);
  });

  it('shows no contact that is for SuperOffice only', () => {
    expect(JSON.stringify(vendorView(vendor, english))).not.toContain('it@vendor.example');
  });
});

describe('the vendor file of the project', () => {
  it('loads', () => {
    expect(loadVendor(join(root, 'manifest', 'vendor.json')).name).not.toBe('');
  });
});
