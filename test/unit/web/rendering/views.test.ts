import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadViews } from '../../../../src/web/rendering/views.ts';
import { listFiles } from '../../../support/project-files.ts';
import { english, german, views } from '../harness.ts';

const nasty = `<script>alert(1)</script>"' onload=x &amp;`;
const row = {
  id: nasty,
  feature: nasty,
  label: nasty,
  state: nasty,
  stateText: nasty,
  isRequested: true,
  countedUnder: nasty,
  children: [],
};
const panelUser = {
  query: nasty,
  tenantId: nasty,
  associateId: nasty,
  language: nasty,
  csrfToken: nasty,
  backUrl: nasty,
};
const crmLink = { text: nasty, href: nasty, target: nasty };
const help = { steps: [nasty], links: [crmLink] };
const timestamp = { text: nasty, iso: nasty };
const accessRequest = { subject: nasty, text: nasty, comment: nasty, mayRequest: true, mayWithdraw: false };
const withdrawable = { ...accessRequest, mayRequest: false, mayWithdraw: true };
const seat = { state: nasty, text: nasty };
const upgrade = { plan: nasty, seat, href: nasty };
const change = { label: nasty, note: nasty };
const pageLink = { url: nasty, text: nasty, inEnglish: true };
const documentation = {
  page: pageLink,
  asOf: nasty,
  statements: [{ text: nasty, page: pageLink }],
  conflict: nasty,
  notes: [nasty],
};
const publishedRow = {
  ...row,
  reason: nasty,
  documentation,
};
const panel = {
  ...panelUser,
  isAdministrator: true,
  openRequests: nasty,
  companyName: nasty,
  plan: nasty,
  planNote: nasty,
  summary: {
    text: nasty,
    states: [0, 50].map((start) => ({
      show: nasty,
      text: nasty,
      count: nasty,
      href: nasty,
      isShown: true,
      start,
      length: 50,
    })),
  },
  emptyState: null,
  unfilteredUrl: nasty,
  refreshed: nasty,
  refreshUrl: nasty,
  seen: nasty,
  suggestedUpgrades: [{ plan: nasty, text: nasty, seat, href: nasty }],
  accessRequests: Array.from({ length: 4 }, () => ({
    title: nasty,
    text: nasty,
    comment: nasty,
    href: nasty,
  })),
  cost: nasty,
  limits: [{ name: nasty, value: nasty, level: 'near', warning: nasty, advice: nasty }],
  asOf: timestamp,
  stale: true,
  notices: [nasty],
  filter: { show: 'all', search: nasty },
  results: [null, 'saint'].map((feature) => ({
    row: {
      id: nasty,
      feature,
      label: nasty,
      state: 'enabled',
      stateText: nasty,
      isRequested: false,
      countedUnder: nasty,
      children: [],
    },
    reason: nasty,
    found: {
      label: [{ text: nasty, marked: true }],
      place: [{ text: nasty, marked: false }],
      term: [{ text: nasty, marked: true }],
      termLanguage: nasty,
      languageName: nasty,
      href: nasty,
    },
  })),
  found: nasty,
  columns: [
    [
      {
        id: nasty,
        title: nasty,
        tally: nasty,
        missing: [{ title: nasty, features: [row, { ...row, feature: null, children: [row] }] }],
        enabled: [{ title: nasty, features: [row] }],
        enabledText: nasty,
        isOpen: true,
      },
    ],
  ],
  addOns: [{ ...row, reason: nasty, hint: nasty, crmLink }],
  newerFeatures: nasty,
  unknownModules: nasty,
};
const feature = {
  ...panelUser,
  label: nasty,
  state: nasty,
  stateText: nasty,
  reason: nasty,
  next: nasty,
  inferred: true,
  hidingRights: [{ text: nasty, code: nasty, isEnglish: true }],
  visibilityHints: [{ text: nasty, code: nasty, isEnglish: true }],
  evidence: [{ text: nasty, code: nasty }],
  documentation: [documentation],
  also: [nasty],
  upgrades: [upgrade],
  moreUpgrades: [upgrade],
  assumed: true,
  serviceWarning: nasty,
  renewal: nasty,
  crmLink,
  administration: help,
  accessRequest,
};
const newerFeaturesPage = { ...panelUser, features: [publishedRow], addOns: [publishedRow] };
const comparison = {
  plan: nasty,
  isOwn: false,
  summary: nasty,
  seat: { state: nasty, badge: nasty },
  seatText: nasty,
  serviceWarning: nasty,
  notes: [nasty],
  gained: [change],
  changed: [change],
  lost: [change],
  renewal: nasty,
  administration: help,
  refusal: nasty,
  keepingAll: { text: nasty, href: nasty },
  accessRequest,
};
const column = {
  label: nasty,
  basis: nasty,
  href: nasty,
  role: nasty,
  enabled: nasty,
  gained: nasty,
  lost: nasty,
  losesAny: true,
  seat: nasty,
  seatText: nasty,
};
const cell = { role: nasty, state: nasty, change: 'gained', icons: [nasty], text: nasty, limit: nasty };
const plans = {
  ...panelUser,
  own: nasty,
  hint: nasty,
  isSuite: false,
  choices: [{ key: nasty, label: nasty, ticked: true }],
  bases: [{ key: nasty, text: nasty, isChosen: true }],
  differencesOnly: true,
  containedText: nasty,
  sharedUrl: nasty,
  comparison,
  matrix: {
    basis: nasty,
    columns: [column],
    groups: [
      {
        id: nasty,
        title: nasty,
        tallies: [{ role: nasty, text: nasty }],
        isOpen: true,
        rows: [{ label: nasty, countedUnder: nasty, cells: [cell] }],
      },
    ],
    hasSeats: true,
    legend: [{ icon: nasty, state: nasty, change: 'gained', text: nasty }],
  },
};
const openRequest = {
  id: nasty,
  requestedBy: nasty,
  href: nasty,
  requestedOn: nasty,
  reason: nasty,
  planToday: nasty,
  planNeeded: nasty,
  seat,
  isTicked: true,
};
const requestGroup = {
  subject: nasty,
  title: nasty,
  people: nasty,
  serviceWarning: nasty,
  requests: [openRequest],
  draft: nasty,
  validationError: nasty,
  invalid: 'people',
  answer: nasty,
  saveAs: nasty,
};
const resolvedRequest = {
  id: nasty,
  title: nasty,
  requestedBy: nasty,
  href: nasty,
  requestedOn: nasty,
  outcome: nasty,
  comment: nasty,
};
const pager = { text: nasty, previous: nasty, next: nasty };
const languageChoice = [{ name: nasty, code: nasty, href: nasty, isCurrent: true }];
const adminFrame = {
  title: nasty,
  companyName: nasty,
  tenantId: nasty,
  csrfToken: nasty,
  statusNotice: nasty,
  lang: nasty,
  languages: languageChoice,
  crmUrl: nasty,
  navigation: [{ href: nasty, text: nasty, isCurrent: true, badge: nasty }],
};
const savedAnswer = { replaced: nasty, name: nasty, text: nasty, validationError: nasty, invalid: 'text' };
const savedAnswersPage = {
  ...adminFrame,
  answers: [savedAnswer],
  added: { ...savedAnswer, replaced: '', validationError: '', invalid: '' },
  maxNameLength: 60,
  maxTextLength: 500,
  full: nasty,
};
const apiKeysPage = {
  ...adminFrame,
  notice: nasty,
  created: { name: nasty, key: nasty },
  keys: [
    {
      ...{ id: nasty, name: nasty, look: nasty, kind: nasty, scopes: nasty, origins: [nasty] },
      ...{ created: nasty, expires: nasty, expiry: 'soon', lastUse: nasty, uses: nasty },
    },
  ],
  revoked: [{ name: nasty, look: nasty, text: nasty }],
  form: {
    ...{ id: nasty, name: nasty, origins: nasty, validationError: nasty, invalid: 'name', maxNameLength: 60 },
    kinds: [{ key: nasty, label: nasty, hint: nasty, chosen: true }],
    scopes: [{ key: nasty, label: nasty, hint: nasty, chosen: true }],
    lifetimes: [{ key: nasty, label: nasty, chosen: true }],
  },
};
const accessRequestsPage = {
  ...adminFrame,
  unsent: nasty,
  downloads: [{ text: nasty, href: nasty }],
  answerNames: [nasty],
  maxNameLength: 60,
  saved: nasty,
  showsResolved: false,
  page: 1,
  groups: [requestGroup],
  resolved: [resolvedRequest],
  filter: Object.fromEntries(
    ['subjects', 'outcomes'].map((name) => [name, [{ value: nasty, text: nasty, isChosen: true }]]),
  ),
  pager,
  inSuperOffice: help,
};
const seatsPage = {
  ...adminFrame,
  seatsHeading: nasty,
  seats: [{ plan: nasty, purchased: nasty, inUse: nasty, free: nasty, isOverused: true }],
  bars: [
    {
      name: nasty,
      text: nasty,
      parts: ['used', 'free', 'excess'].map((kind) => ({ kind, x: nasty, width: nasty })),
      isOverused: true,
    },
  ],
  seatsNote: nasty,
  downloads: [{ text: nasty, href: nasty }],
  trend: {
    plans: ['', nasty, nasty].map((module) => ({ module, name: nasty, isChosen: true })),
    periods: [true, false].map((isCurrent) => ({ text: nasty, href: nasty, isCurrent })),
    period: nasty,
    chart: {
      label: nasty,
      viewBox: nasty,
      lines: ['purchased', 'in-use'].map((name) => ({ name, path: nasty, text: nasty })),
      surface: nasty,
      days: [{ at: nasty, text: nasty, anchor: nasty }],
      numbers: [{ at: nasty, text: nasty }],
    },
    notes: [nasty],
    rows: [{ day: nasty, purchased: nasty, inUse: nasty }],
    downloads: [{ text: nasty, href: nasty }],
  },
  limits: [{ name: nasty, value: nasty, level: 'near', warning: nasty, advice: nasty }],
  asOf: timestamp,
  stale: true,
  licenseCheck: { excessUse: [{ text: nasty, derived: [nasty] }], diagnostics: [nasty] },
  inSuperOffice: help,
};
const markFields = {
  kinds: [true, false].map((isChosen) => ({ key: nasty, text: nasty, isChosen })),
  note: nasty,
  maxNoteLength: nasty,
  until: nasty,
  today: nasty,
  validationError: nasty,
};
const markText = { text: nasty, note: nasty, marked: nasty };
const tickedUser = { associateId: nasty, name: nasty, href: nasty, isTicked: true };
const reclaimPage = {
  ...adminFrame,
  backUrl: nasty,
  model: 'user-plans',
  showsKept: false,
  views: [true, false].map((isCurrent) => ({ text: nasty, href: nasty, isCurrent })),
  days: { value: nasty, min: nasty, max: nasty },
  hidden: [{ name: nasty, value: nasty }],
  found: nasty,
  byLogIn: [nasty, nasty],
  reclaimable: [{ plan: nasty, cannotLogIn: nasty, canLogIn: nasty, count: nasty }],
  reduction: nasty,
  freeSeats: { text: nasty, when: nasty, href: nasty },
  contractUrl: nasty,
  messageUrl: nasty,
  notes: [nasty],
  chosenFilters: [nasty],
  filters: ['reason', 'plan'].map((name) => ({
    name,
    links: [true, false].map((isChosen) => ({ text: nasty, count: nasty, href: nasty, isChosen })),
  })),
  columns: ['ascending', ''].map((sorted) => ({ text: nasty, href: nasty, sorted })),
  rows: [{ ...tickedUser, plan: nasty, reason: nasty, lastLogin: nasty }],
  kept: [{ ...tickedUser, mark: markText }],
  flaggedUrl: nasty,
  others: [tickedUser],
  tickAll: nasty,
  fields: markFields,
  formUrl: nasty,
  pager,
  downloads: [{ text: nasty, href: nasty }],
  saved: nasty,
  serviceWarning: nasty,
  links: help.links,
};
const keptPage = { ...reclaimPage, showsKept: true, rows: [], filters: [] };
const historyPage = {
  ...adminFrame,
  changes: [{ detectedAt: { text: nasty, iso: nasty }, what: nasty }],
  downloads: [{ text: nasty, href: nasty }],
  pager,
};
const overviewPage = {
  ...adminFrame,
  attention: [true, false].map((isInCrm) => ({ text: nasty, action: { href: nasty, text: nasty, isInCrm } })),
  totals: { purchased: nasty, inUse: nasty, free: nasty, excess: nasty },
  cost: nasty,
  renewal: nasty,
  asOf: timestamp,
};
const contract = {
  was: nasty,
  start: nasty,
  today: nasty,
  periods: [{ key: nasty, label: nasty, chosen: true }],
  validationError: nasty,
  renewal: nasty,
  changes: [nasty],
  others: [nasty],
};
const prices = {
  currency: nasty,
  rows: [1, 2].map(() => ({
    plan: nasty,
    label: nasty,
    amount: nasty,
    periods: [{ key: nasty, label: nasty, chosen: true }],
    isInvalid: true,
  })),
  plansToAdd: [{ key: nasty, label: nasty, chosen: true }],
  validationError: nasty,
  was: nasty,
  isCurrencyInvalid: true,
  until: nasty,
  seatPrices: [{ plan: nasty, price: nasty, perYear: nasty, more: nasty, less: nasty }],
};
const message = {
  rows: [{ plan: nasty, label: nasty, today: nasty, inUse: nasty, text: nasty, isInvalid: true }],
  plansToAdd: [{ key: nasty, label: nasty }],
  added: nasty,
  reason: nasty,
  maxReasonLength: 1_000,
  asksForRequests: true,
  asksForNames: false,
  validationError: nasty,
  error: 'message-reason-too-long',
  changes: [nasty],
  overused: [nasty],
  whatIfUrl: nasty,
  message: { subject: nasty, body: nasty, address: nasty },
};
const contractPage = { ...adminFrame, saved: 'prices', contract, prices, message, inSuperOffice: help };
const usersPage = {
  ...adminFrame,
  filter: { search: nasty },
  hidden: [{ name: nasty, value: nasty }],
  found: nasty,
  empty: '',
  chosenFilters: [nasty],
  filters: [{ name: 'plan', links: [{ text: nasty, count: nasty, href: nasty, isChosen: true }] }],
  unfilteredUrl: nasty,
  columns: [{ name: nasty, text: nasty, href: nasty, sorted: 'ascending' }],
  showsPlanContents: true,
  rows: [
    {
      name: nasty,
      href: nasty,
      plan: nasty,
      isPlanUnknown: true,
      tiers: [{ solution: nasty, tier: nasty }],
      state: nasty,
      isStateNotable: true,
      lastLogin: nasty,
      planSince: nasty,
      openRequests: nasty,
      flags: [nasty, nasty],
      missing: nasty,
    },
  ],
  pager: { text: nasty, previous: nasty, next: nasty },
  downloads: [{ text: nasty, href: nasty }],
};
const explanation = {
  reason: nasty,
  inferred: true,
  next: nasty,
  hidingRights: [{ text: nasty, code: nasty, isEnglish: true }],
  visibilityHints: [{ text: nasty, code: nasty, isEnglish: true }],
  evidence: [{ text: nasty, code: nasty, doubt: nasty }],
  also: [nasty],
  upgrades: [upgrade],
};
const explainedTier = { title: nasty, features: [row, { ...row, feature: null, children: [row] }] };
const userPage = {
  ...adminFrame,
  backUrl: nasty,
  facts: [{ name: nasty, value: nasty }],
  notes: [nasty],
  summary: nasty,
  features: {
    solutions: [
      {
        id: nasty,
        title: nasty,
        tally: nasty,
        missing: [explainedTier],
        enabled: [explainedTier],
        enabledText: nasty,
      },
    ],
    explanations: { [nasty]: explanation },
  },
  day: { value: nasty, earliest: nasty, latest: nasty },
  earliestText: nasty,
  asOf: timestamp,
  changesHeading: nasty,
  changes: [{ detectedAt: timestamp, what: nasty }],
  periods: [{ plan: nasty, from: nasty, until: nasty, href: nasty }],
  mark: { mark: markText, fields: markFields, formUrl: nasty },
  support: nasty,
  pinUrl: nasty,
  dataUrl: nasty,
};
const userDataPage = {
  ...adminFrame,
  users: [{ associateId: nasty, name: nasty }],
  draft: nasty,
  validationError: nasty,
  erased: nasty,
};
const named = { text: nasty, people: [{ associateId: nasty, name: nasty }], more: nasty };
const whatIfPage = {
  ...adminFrame,
  query: nasty,
  seatForm: {
    rows: [{ plan: nasty, parameter: nasty, purchased: nasty, inUse: nasty, text: nasty, isInvalid: true }],
    total: { purchased: nasty, inUse: nasty },
    maxSeats: 1,
    validationError: nasty,
    hasPrices: true,
    plansToAdd: [{ key: nasty, label: nasty }],
    notes: [nasty],
  },
  notice: nasty,
  messageUrl: nasty,
  downloads: [{ text: nasty, href: nasty }],
  answer: {
    title: nasty,
    summary: [nasty],
    problems: [named],
    moves: [{ change: nasty, count: nasty, loses: [nasty], gains: [nasty], people: [named] }],
    seats: [{ plan: nasty, before: nasty, after: nasty, seats: nasty, difference: nasty }],
  },
  pins: {
    count: nasty,
    isLong: true,
    pins: [{ associateId: nasty, name: nasty, requirement: nasty, reason: nasty, pinned: nasty }],
    form: {
      associateId: nasty,
      reason: nasty,
      maxReasonLength: 1,
      kinds: [{ key: nasty, label: nasty, isChosen: true }],
      plans: [{ key: nasty, label: nasty, isChosen: true }],
      validationError: nasty,
    },
    users: [{ associateId: nasty, name: nasty }],
  },
  suite: {
    title: nasty,
    plans: [{ key: nasty, label: nasty, isChosen: true }],
    reasons: [nasty],
    result: {
      plan: nasty,
      seats: [nasty],
      limits: [{ name: nasty, before: nasty, after: nasty }],
      changes: [{ title: nasty, change: 'lost', features: [{ name: nasty, people: nasty }] }],
    },
  },
};
const vendorValue = { text: nasty, href: nasty, isMissing: false };
const vendor = {
  price: { ...vendorValue, href: null },
  dataLocation: { ...vendorValue, isMissing: true },
  facts: [{ name: nasty, values: [vendorValue] }],
};
const landing = { lang: nasty, languages: languageChoice, vendor };
const setup = {
  lang: nasty,
  languages: languageChoice,
  vendor,
  csrfToken: nasty,
  companyName: nasty,
  tenantId: nasty,
  consentedAt: nasty,
  provisionedAt: nasty,
  log: [{ at: { text: nasty, iso: nasty }, what: nasty }],
  setup: {
    inProgress: false,
    rows: [{ name: nasty, outcome: 'failed', problem: nasty }],
    done: 1,
    complete: true,
    nextSteps: { crmUrl: nasty, message: nasty },
    statusText: nasty,
    stopped: { text: nasty, nextAttemptAt: timestamp },
  },
};
const problem = {
  title: nasty,
  text: nasty,
  code: nasty,
  detail: nasty,
  retryText: nasty,
  requestId: nasty,
  kept: nasty,
  typed: nasty,
  nextLink: { href: nasty, text: nasty },
};
const signIn = { ...problem, popUpUrl: nasty, ownWindowUrl: nasty, tries: nasty };
const popUp = { tenantId: nasty, associateId: nasty, language: nasty, panelUrl: nasty };

const uninstall = {
  lang: nasty,
  tenantId: nasty,
  companyName: nasty,
  removed: false,
  failedRemovals: [{ name: nasty, problem: nasty }],
  csrfToken: nasty,
};

const pages = {
  landing,
  'api-docs': { languages: languageChoice, viewer: nasty },
  uninstall,
  panel,
  feature,
  'newer-features': newerFeaturesPage,
  plans,
  'admin-overview': overviewPage,
  'admin-access-requests': accessRequestsPage,
  'admin-seats': seatsPage,
  'admin-api-keys': apiKeysPage,
  'admin-saved-answers': savedAnswersPage,
  'admin-reclaim': reclaimPage,
  'admin-contract': contractPage,
  'admin-what-if': whatIfPage,
  'admin-history': historyPage,
  'admin-users': usersPage,
  'admin-user': userPage,
  'admin-user-data': userDataPage,
  setup,
  problem,
  'sign-in': signIn,
  'session-handoff': { panelUrl: nasty },
  'pop-up': popUp,
  removal: { lang: nasty, companyName: nasty, tenantId: nasty, csrfToken: nasty },
  continue: { url: nasty },
  'signing-in': {
    way: 'unknown',
    frameUrl: nasty,
    frameForm: { action: nasty, fields: [{ name: nasty, value: nasty }] },
    hiddenFrameUrl: nasty,
    popUpUrl: nasty,
    ownWindowUrl: nasty,
  },
  'hidden-frame': { url: nasty },
};
const withoutValues = { loading: {}, 'signed-out': {} };
const scriptTag = /<script type="module" src="\/assets\/[\w-]{10}\/([\w-]+\.js)"><\/script>/g;
const scriptsOfPage: Readonly<Record<string, readonly string[]>> = {
  'api-docs': ['api-docs.js'],
  'sign-in': ['sign-in.js'],
  'session-handoff': ['sign-in.js'],
  'pop-up': ['sign-in.js'],
  'signing-in': ['sign-in.js', 'signing-in.js'],
  'hidden-frame': ['signing-in.js'],
};
const expectedScripts = (name: string) => ['planlens.js', ...(scriptsOfPage[name] ?? [])];

// certifies R15
describe('page templates', () => {
  it('every template is covered by these tests', () => {
    const tried = Object.keys({ ...pages, ...withoutValues }).sort();
    const there = listFiles('views', '.ejs').flatMap(
      (file) => /^views\/([\w-]+)\.ejs$/.exec(file)?.[1] ?? [],
    );
    expect(tried).toEqual(there.sort());
  });

  it.each(Object.entries(pages))('%s escapes every value it renders', (name, page) => {
    const html = views(name, english, page);
    expect(html.match(/<script[^>]*>/g)).toHaveLength(expectedScripts(name).length);
    expect(html).not.toMatch(/="[^"]*<|"' onload/);
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(html).toContain('&amp;amp;');
  });

  it.each(Object.entries({ ...pages, ...withoutValues }))(
    '%s declares its language, style sheet and scripts and runs no other script',
    (name, page) => {
      const html = views(name, german, page);
      expect(html).toMatch(/^<!doctype html>\s*<html lang="de"(?: class="in-crm")?>/);
      expect(html).toMatch(/<link rel="stylesheet" href="\/assets\/[\w-]{10}\/planlens\.css">/);
      expect([...html.matchAll(scriptTag)].map(([, script]) => script)).toEqual(expectedScripts(name));
      expect(html.replaceAll(scriptTag, '')).not.toMatch(/<script|<style|style="|\son\w+="|javascript:/);
    },
  );

  it.each([
    ['setup', { ...setup, provisionedAt: null }, setup, '<dt>Eingerichtet am</dt>'],
    [
      'setup',
      { ...setup, setup: { ...setup.setup, statusText: '', stopped: null } },
      setup,
      'class="notice"',
    ],
    ['setup', { ...setup, setup: { ...setup.setup, inProgress: true } }, setup, 'action="/install?lang='],
    ['setup', { ...setup, setup: { ...setup.setup, inProgress: true } }, setup, 'href="/uninstall'],
    ['setup', { ...setup, setup: { ...setup.setup, nextSteps: null } }, setup, '<textarea'],
    ['setup', setup, { ...setup, setup: { ...setup.setup, inProgress: true } }, ' data-in-progress'],
    ['panel', { ...panel, notices: [] }, panel, 'class="notice"'],
    ['panel', { ...panel, suggestedUpgrades: [] }, panel, 'id="suggested-upgrades"'],
    ['panel', { ...panel, limits: [] }, panel, 'id="limits"'],
    ['panel', { ...panel, isAdministrator: false }, panel, 'href="/admin'],
    ['panel', { ...panel, asOf: null }, panel, '<time'],
    ['panel', { ...panel, unknownModules: '' }, panel, '<code>'],
    ['panel', { ...panel, planNote: '' }, { ...panel, planNote: 'noted' }, 'noted'],
    ['feature', { ...feature, accessRequest: null }, feature, '<form'],
    ['feature', { ...feature, accessRequest: { ...accessRequest, mayRequest: false } }, feature, '<form'],
    ['feature', { ...feature, accessRequest: withdrawable }, feature, '<textarea'],
    ['feature', feature, { ...feature, accessRequest: withdrawable }, 'value="withdraw"'],
    ['panel', { ...panel, accessRequests: [] }, panel, 'id="own-requests"'],
    ['plans', plans, { ...plans, matrix: null }, 'class="notice" role="status"'],
    [
      'plans',
      { ...plans, comparison: { ...comparison, serviceWarning: '', refusal: '' } },
      plans,
      'class="notice"',
    ],
    ['plans', { ...plans, comparison: { ...comparison, administration: null } }, plans, 'class="crm-links"'],
    ['feature', { ...feature, serviceWarning: '' }, feature, 'class="notice"'],
    ['feature', { ...feature, crmLink: null, administration: null }, feature, ' data-soprotocol='],
    [
      'feature',
      { ...feature, crmLink: { ...crmLink, target: '' }, administration: null },
      feature,
      ' data-soprotocol=',
    ],
    [
      'panel',
      { ...panel, addOns: [{ ...row, reason: nasty, hint: '', crmLink: null }] },
      panel,
      ' data-soprotocol=',
    ],
    ['admin-access-requests', { ...accessRequestsPage, unsent: '' }, accessRequestsPage, 'id="unsent"'],
    ['admin-access-requests', { ...accessRequestsPage, filter: null }, accessRequestsPage, 'name="outcome"'],
    ['admin-access-requests', { ...accessRequestsPage, saved: '' }, accessRequestsPage, 'role="status"'],
    ['admin-user-data', { ...userDataPage, erased: '' }, userDataPage, 'role="status"'],
    ['admin-what-if', { ...whatIfPage, seatForm: null }, whatIfPage, 'type="number"'],
    ['admin-what-if', { ...whatIfPage, answer: null }, whatIfPage, 'id="answer-seats"'],
    ['admin-what-if', { ...whatIfPage, notice: '' }, whatIfPage, '<p class="notice" id="answer"'],
    ['admin-what-if', { ...whatIfPage, pins: null }, whatIfPage, 'value="unpin"'],
    [
      'admin-what-if',
      { ...whatIfPage, suite: { ...whatIfPage.suite, result: null } },
      whatIfPage,
      'name="suite"',
    ],
    ['admin-overview', { ...overviewPage, statusNotice: '' }, overviewPage, '<p class="notice"'],
    ['admin-overview', { ...overviewPage, navigation: [] }, overviewPage, 'class="badge"'],
    [
      'admin-overview',
      overviewPage,
      { ...overviewPage, attention: [] },
      'braucht nichts Ihre Aufmerksamkeit',
    ],
    ['admin-overview', { ...overviewPage, totals: null }, overviewPage, '<dl class="totals"'],
    [
      'admin-overview',
      { ...overviewPage, totals: { ...overviewPage.totals, excess: '' } },
      overviewPage,
      'class="overused"',
    ],
    ['admin-overview', overviewPage, { ...overviewPage, renewal: '' }, 'href="/admin/contract'],
    [
      'admin-contract',
      { ...contractPage, message: { ...message, whatIfUrl: '' } },
      contractPage,
      'wechseln müsste',
    ],
    ['admin-contract', { ...contractPage, saved: '' }, contractPage, 'class="saved"'],
    ['admin-overview', { ...overviewPage, asOf: null }, overviewPage, '<time'],
    ['admin-history', { ...historyPage, pager: null }, historyPage, 'class="pager"'],
    ['admin-history', historyPage, { ...historyPage, changes: [] }, 'keine Änderung'],
    [
      'admin-history',
      { ...historyPage, pager: { ...pager, previous: '', next: '' } },
      historyPage,
      'rel="next"',
    ],
    ['panel', { ...panel, openRequests: '' }, panel, 'class="badge"'],
    ['admin-users', { ...usersPage, empty: 'filtered' }, usersPage, '<table'],
    ['admin-users', { ...usersPage, empty: 'filtered' }, usersPage, 'class="downloads"'],
    ['admin-users', { ...usersPage, pager: null }, usersPage, 'class="pager"'],
    ['admin-user', { ...userPage, features: null }, userPage, 'class="card solution"'],
    [
      'admin-user',
      { ...userPage, statusNotice: '', notes: [] },
      { ...userPage, statusNotice: '' },
      'class="notice"',
    ],
    [
      'admin-access-requests',
      {
        ...accessRequestsPage,
        statusNotice: '',
        unsent: '',
        groups: [{ ...requestGroup, serviceWarning: '' }],
      },
      accessRequestsPage,
      '<p class="notice"',
    ],
    ['problem', { ...problem, typed: '' }, problem, '<textarea'],
    ['problem', { ...problem, kept: '' }, { ...problem, kept: 'Kept.' }, '<p>Kept.</p>'],
    ['problem', { ...problem, nextLink: null }, problem, 'class="button"'],
    ['feature', { ...feature, upgrades: [] }, feature, 'class="upgrades"'],
    [
      'feature',
      { ...feature, evidence: [], also: [], documentation: [] },
      { ...feature, documentation: [] },
      'Grundlage dieser Angabe',
    ],
    [
      'feature',
      { ...feature, upgrades: [{ ...upgrade, seat: null }], moreUpgrades: [] },
      feature,
      'class="seat"',
    ],
    ['feature', { ...feature, hidingRights: [], visibilityHints: [] }, feature, '<code lang="en">'],
    ['feature', { ...feature, visibilityHints: [] }, feature, 'Wenn Sie sie trotzdem nicht sehen'],
    ['feature', { ...feature, documentation: [] }, feature, 'Was SuperOffice veröffentlicht'],
    ['plans', { ...plans, comparison: null }, plans, '<article'],
    ['admin-access-requests', { ...accessRequestsPage, groups: [] }, accessRequestsPage, 'name="comment"'],
    ['plans', { ...plans, containedText: '' }, plans, 'class="notice contained"'],
    ['panel', { ...panel, results: [] }, panel, '<span lang='],
    ['plans', { ...plans, hint: '' }, { ...plans, hint: 'Zuerst wählen' }, 'Zuerst wählen'],
    ['problem', { ...problem, retryText: '' }, { ...problem, retryText: 'gleich' }, '<p>gleich</p>'],
    ['plans', { ...plans, bases: [] }, plans, 'name="basis"'],
    [
      'admin-access-requests',
      {
        ...accessRequestsPage,
        groups: [{ ...requestGroup, requests: [{ ...openRequest, reason: '' }] }],
        resolved: [],
      },
      accessRequestsPage,
      '<blockquote',
    ],
    ['admin-access-requests', { ...accessRequestsPage, resolved: [] }, accessRequestsPage, '<article'],
    ['admin-access-requests', { ...accessRequestsPage, pager: null }, accessRequestsPage, 'class="pager"'],
    [
      'admin-access-requests',
      accessRequestsPage,
      { ...accessRequestsPage, groups: [], resolved: [] },
      'Nichts wartet auf eine Antwort',
    ],
    ['admin-users', { ...usersPage, showsPlanContents: false }, usersPage, 'eyebrow noted'],
    ['admin-seats', { ...seatsPage, seats: [] }, seatsPage, 'class="seat-bars"'],
    [
      'admin-seats',
      { ...seatsPage, trend: { ...seatsPage.trend, chart: null } },
      seatsPage,
      'class="trend" role="img"',
    ],
    [
      'admin-seats',
      { ...seatsPage, trend: { ...seatsPage.trend, plans: seatsPage.trend.plans.slice(1) } },
      seatsPage,
      '<select',
    ],
    [
      'admin-seats',
      { ...seatsPage, trend: { ...seatsPage.trend, rows: [] } },
      seatsPage,
      'Zahlen als Tabelle',
    ],
    ['admin-reclaim', { ...reclaimPage, rows: [] }, reclaimPage, 'class="cards"'],
    ['admin-reclaim', { ...reclaimPage, tickAll: '' }, reclaimPage, 'name="all"'],
    ['admin-reclaim', { ...reclaimPage, kept: [] }, reclaimPage, 'class="asked"'],
    ['admin-reclaim', { ...keptPage, kept: [], others: [] }, keptPage, 'value="unmark"'],
    ['admin-reclaim', reclaimPage, { ...reclaimPage, reduction: '' }, 'Vertrag eingeben'],
    [
      'admin-reclaim',
      { ...reclaimPage, freeSeats: null },
      { ...reclaimPage, freeSeats: { text: 'frei', when: '', href: '' } },
      '<strong>frei',
    ],
    [
      'admin-reclaim',
      { ...reclaimPage, reclaimable: [] },
      reclaimPage,
      '<caption class="visually-hidden">Rückgewinnbar',
    ],
    ['admin-reclaim', { ...reclaimPage, byLogIn: [nasty] }, reclaimPage, 'Zusammen'],
    ['admin-users', { ...usersPage, filters: [] }, usersPage, 'class="facets"'],
    ['admin-reclaim', { ...reclaimPage, saved: '' }, reclaimPage, 'role="status"'],
    ['admin-user', { ...userPage, pinUrl: '' }, userPage, 'Benutzers festlegen'],
    ['admin-user', { ...userPage, mark: { ...userPage.mark, mark: null } }, userPage, 'value="unmark"'],
    ['admin-seats', { ...seatsPage, limits: [] }, seatsPage, 'id="limits"'],
    ['admin-seats', { ...seatsPage, asOf: null }, seatsPage, '<time'],
    ['admin-seats', { ...seatsPage, stale: false }, seatsPage, 'class="eyebrow noted stale"'],
    [
      'admin-seats',
      { ...seatsPage, licenseCheck: { ...seatsPage.licenseCheck, diagnostics: [] } },
      seatsPage,
      'Unstimmigkeiten in den Lizenzdaten',
    ],
    [
      'admin-seats',
      { ...seatsPage, licenseCheck: { ...seatsPage.licenseCheck, excessUse: [] } },
      seatsPage,
      'Was daraus folgt',
    ],
    [
      'admin-contract',
      { ...contractPage, contract: { ...contract, renewal: '' } },
      contractPage,
      'ab welchem Tag das gilt',
    ],
    [
      'admin-contract',
      contractPage,
      { ...contractPage, contract: { ...contract, renewal: '' } },
      'Vertragsbeginn ist nicht bekannt',
    ],
    ['uninstall', { ...uninstall, removed: true }, uninstall, '<form'],
    ['uninstall', { ...uninstall, failedRemovals: [] }, uninstall, '<ul'],
    ['problem', { ...problem, detail: undefined }, { ...problem, detail: 'uctx' }, '(uctx)'],
  ])('%s omits a section that has no content', (name, without, having, text) => {
    expect(views(name, german, without)).not.toContain(text);
    expect(views(name, german, having)).toContain(text);
  });

  it.each(Object.entries({ ...pages, ...withoutValues }))('%s contains each icon it uses', (name, page) => {
    const html = views(name, english, page);
    for (const [, icon] of html.matchAll(/href="#(icon-[a-z-]+)"/g)) {
      expect(html).toContain(`<symbol id="${icon}"`);
    }
  });

  it('offers an explanation for each feature and, in a group, for each member', () => {
    const [first, second, ...more] =
      views('panel', english, { ...panel, results: null }).match(/<details>/g) ?? [];
    expect([first, second, more.length]).toEqual([expect.any(String), expect.any(String), 1]);
  });
});

describe('loadViews', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'planlens-views-'));
    for (const name of ['views', 'views/partials', 'public']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'public', 'planlens.css'), 'body {}');
    writeFileSync(join(folder, 'public', 'planlens.js'), '');
    writeFileSync(join(folder, 'views', 'page.ejs'), '<%= page.word %> <%= assets %> <%= modules %>');
    writeFileSync(join(folder, 'views', 'partials', 'part.ejs'), 'a part');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('throws for an unknown view, a partial or a path', () => {
    const load = loadViews(folder);
    for (const name of ['other', 'partials/part', 'part', '../public/planlens', 'page.ejs', '']) {
      expect(() => load(name, english, {})).toThrow(`no view named ${name}`);
    }
  });

  it('reads the templates only once', () => {
    const load = loadViews(folder);
    writeFileSync(join(folder, 'views', 'page.ejs'), 'changed');
    expect(load('page', english, { word: 'first' })).toMatch(/^first /);
  });

  it.each(['planlens.css', 'planlens.js', 'another.css'])(
    'changes the path of all assets with %s',
    (name) => {
      const before = loadViews(folder)('page', english, {});
      expect(loadViews(folder)('page', english, {})).toBe(before);
      writeFileSync(join(folder, 'public', name), '/* changed */');
      expect(loadViews(folder)('page', english, {})).not.toBe(before);
    },
  );

  it('lists the modules that the scripts import', () => {
    for (const name of ['sign-in.js', 'swap.js']) writeFileSync(join(folder, 'public', name), '');
    expect(loadViews(folder)('page', english, {})).toMatch(/ swap\.js$/);
  });

  it.each([
    ['<ul>\n  <li>\n    <%= page.word %>\n  </li>\n\n</ul>\n', '<ul><li>x</li></ul>'],
    ['<p>\n  two\n  words <b>here</b>\n</p>', '<p>two words <b>here</b></p>'],
    ['<b>1</b>\n<b>2</b>\n<%= " " %><b>3</b>', '<b>1</b><b>2</b> <b>3</b>'],
    [
      '<input\n  name="a"\n  value="<%= page.word %>"\n  <%- " checked" %>\n>',
      '<input name="a" value="x" checked>',
    ],
    ['<%\n  const a = 1;\n  const b = 2;\n%>\n<i><%= a + b %></i>', '<i>3</i>'],
    ['<textarea><%= page.word %></textarea>', '<textarea>a\n  b\n</textarea>', 'a\n  b\n'],
  ])('prints no indentation: %j', (template, html, word = 'x') => {
    writeFileSync(join(folder, 'views', 'page.ejs'), template);
    expect(loadViews(folder)('page', english, { word })).toBe(html);
  });

  it('prints a shared part once for each language, whatever the page', () => {
    writeFileSync(join(folder, 'views', 'partials', 'row.ejs'), '<li><%= row.word %> <%= language %></li>');
    writeFileSync(
      join(folder, 'views', 'page.ejs'),
      "<%= page.word %>: <%- sharedPart('row', { row: page.row }) %>",
    );
    const load = loadViews(folder);
    const row = { word: 'first' };
    expect(load('page', english, { word: 'a', row })).toBe('a: <li>first en-GB</li>');
    row.word = 'changed';
    expect(load('page', english, { word: 'b', row })).toBe('b: <li>first en-GB</li>');
    expect(load('page', english, { word: 'c', row: { word: 'other' } })).toBe('c: <li>other en-GB</li>');
    expect(load('page', german, { word: 'd', row })).toBe('d: <li>changed de</li>');
  });

  it('prints characters outside Latin-1 as references, in templates and in values', () => {
    writeFileSync(join(folder, 'views', 'page.ejs'), "ä – <%= '→' + page.word %>");
    expect(loadViews(folder)('page', english, { word: 'Åse 😀 <…>' })).toBe(
      'ä &#8211; &#8594;Åse &#128512; &lt;&#8230;&gt;',
    );
  });

  it('names the line of the file in an error', () => {
    writeFileSync(
      join(folder, 'views', 'page.ejs'),
      '<ul>\n  <li>1</li>\n\n  <li><%= page.a.b %></li>\n</ul>\n',
    );
    expect(() => loadViews(folder)('page', english, {})).toThrow(/page\.ejs:4\n/);
  });

  it('rejects a template that is not valid EJS when it compiles all', async () => {
    await loadViews(folder).compileAll();
    writeFileSync(join(folder, 'views', 'broken.ejs'), '<% if ( { %>');
    await expect(loadViews(folder).compileAll()).rejects.toThrow(/broken\.ejs/);
  });

  it('gives a partial nothing that every object inherits', () => {
    mkdirSync(join(folder, 'views', 'partials'), { recursive: true });
    writeFileSync(join(folder, 'views', 'partials', 'note.ejs'), '<% if (found) { %><%- found %><% } %>x');
    writeFileSync(join(folder, 'views', 'page.ejs'), "<%- part('note') %>");
    const inherited: { found?: string } = Object.prototype;
    inherited.found = '<script>';
    try {
      expect(loadViews(folder)('page', english, {})).toBe('x');
    } finally {
      delete inherited.found;
    }
  });

  it('exposes values to a template only through its page variable', () => {
    writeFileSync(join(folder, 'views', 'leak.ejs'), '<%= word %>');
    expect(() => loadViews(folder)('leak', english, { word: 'x' })).toThrow(/word is not defined/);
  });
});
