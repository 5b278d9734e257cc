import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { errorStatus } from '../src/errors.ts';
import { reclaimReasons } from '../src/licensing/advice/reclaim-candidates.ts';
import type { VisibilityHintKey } from '../src/licensing/advice/visibility-hints.ts';
import type { Unsatisfied } from '../src/licensing/assignment/fewest-seats.ts';
import type { Pin } from '../src/licensing/assignment/people.ts';
import { billingPeriods, type PlanChange, type PlanChangeRule } from '../src/licensing/billing/contract.ts';
import { pricePeriods } from '../src/licensing/billing/plan-prices.ts';
import type { CatalogueRow } from '../src/licensing/catalogue/catalogue.ts';
import { isLanguage } from '../src/licensing/catalogue/languages.ts';
import { featureParts } from '../src/licensing/catalogue/published-pages.ts';
import type { StatementSource } from '../src/licensing/catalogue/published-requirement.ts';
import { additionalRequirements } from '../src/licensing/catalogue/requirements.ts';
import type { DetectedTier, Tier } from '../src/licensing/catalogue/solutions.ts';
import { suitePlans } from '../src/licensing/catalogue/suite-plans.ts';
import type { Diagnostic } from '../src/licensing/diagnostics/diagnostic.ts';
import type { FeatureState, Inclusion, Reason } from '../src/licensing/entitlements/entitlement.ts';
import type { LicenseNotice } from '../src/licensing/licenses/license-dates.ts';
import type { LicenseChange } from '../src/licensing/licenses/license-diff.ts';
import type { DetectedPlan } from '../src/licensing/plans/detect-plan.ts';
import type { TierStep } from '../src/licensing/plans/detect-tiers.ts';
import type { Seat } from '../src/licensing/plans/seat-availability.ts';
import type { LimitLevel, SuiteLimitStatus } from '../src/licensing/plans/suite-limit-statuses.ts';
import { userOrders, userStates } from '../src/snapshots/user-directory.ts';
import type { UnsolvedReason } from '../src/solver/assignment-solver.ts';
import type { AccessRequestState } from '../src/tenants/access-request-store.ts';
import { apiKeyKinds, apiScopes } from '../src/tenants/api-key-store.ts';
import type { AuditEvent } from '../src/tenants/audit-log.ts';
import type { ProvisionedPanel, Tenant } from '../src/tenants/tenant.ts';
import { markKinds } from '../src/tenants/user-mark-store.ts';
import type { WebhookOutcome } from '../src/tenants/webhook-store.ts';
import type { ResolutionValidationError } from '../src/web/admin/access-requests/resolution-form.ts';
import type { ApiKeyValidationError } from '../src/web/admin/api-keys/api-key-form.ts';
import type { ContractValidationError } from '../src/web/admin/contract/contract-form.ts';
import type { MessageValidationError } from '../src/web/admin/contract/message-form.ts';
import type { PriceValidationError } from '../src/web/admin/contract/price-form.ts';
import { reclaimOrders } from '../src/web/admin/reclaim/reclaim-filter.ts';
import type { SavedAnswerValidationError } from '../src/web/admin/saved-answers/saved-answer-form.ts';
import { trendPeriods } from '../src/web/admin/seats/trend-filter.ts';
import type { UserDataValidationError } from '../src/web/admin/user-data/user-data-form.ts';
import type { PinValidationError } from '../src/web/admin/what-if/pin-form.ts';
import { adminPages } from '../src/web/administrator-pages.ts';
import type { PlanBasis } from '../src/web/panel/plan-selection.ts';
import { listFiles, readText } from './support/project-files.ts';

const flat = (value: unknown, at: readonly string[]): [string, string][] =>
  typeof value === 'string'
    ? [[at.join('.'), value]]
    : Object.entries(z.record(z.string(), z.unknown()).parse(value)).flatMap(([name, inner]) =>
        flat(inner, [...at, name]),
      );

/** Each language's texts by their whole key. */
const locales = listFiles('locales', '.json').map((file) => ({
  code: file.replace(/^locales\/|\.json$/g, ''),
  texts: new Map(flat(JSON.parse(readText(file)), [])),
}));
const english = locales.find(({ code }) => code === 'en')?.texts ?? new Map<string, string>();
const others = locales.filter(({ code }) => code !== 'en');

/** The members of a union: the compiler refuses a missing one and one too many. */
const all = <Member extends string>(members: Record<Member, true>) => Object.keys(members);
const yes = true;

const states = all<FeatureState>({
  enabled: yes,
  'view-only': yes,
  'hidden-by-role': yes,
  upgrade: yes,
  'add-on': yes,
  unknown: yes,
});
const reasons = all<Reason>({
  granted: yes,
  'site-license-only': yes,
  'included-in-plan': yes,
  'in-every-plan': yes,
  'part-of-another-feature': yes,
  'suite-plan-includes': yes,
  'add-on-licensed': yes,
  'user-license-missing': yes,
  'user-license-missing-possibly-visible': yes,
  'hidden-by-function-right': yes,
  'not-licensed': yes,
  'not-licensed-and-hidden-by-role': yes,
  'site-license-missing': yes,
  'plan-lacks': yes,
  'user-without-plan': yes,
  'suite-plan-lacks': yes,
  'add-on-missing': yes,
  'tier-unknown': yes,
  'plan-license-conflict': yes,
  'no-evidence': yes,
  'user-unknown': yes,
  'suite-plan-unclear': yes,
  'suite-plan-unknown': yes,
  discontinued: yes,
  'group-of-features': yes,
});
const limits = all<SuiteLimitStatus['name']>({
  dashboards: yes,
  'active-projects': yes,
  'custom-objects': yes,
  'active-marketing-flows': yes,
  unnamed: yes,
});
const notices = all<LicenseNotice['kind'] | Exclude<Tenant['status'], 'active'>>({
  'license-expires-soon': yes,
  'license-expired': yes,
  'license-read-only': yes,
  suspended: yes,
  deleting: yes,
  revoked: yes,
});
const plansWithNote = all<Exclude<DetectedPlan['kind'], 'user-plan'>>({
  'old-plan': yes,
  'undocumented-plan': yes,
  'no-plan': yes,
  suite: yes,
});
const outcomes = all<ProvisionedPanel['outcome'] | WebhookOutcome>({
  waiting: yes,
  created: yes,
  updated: yes,
  unchanged: yes,
  removed: yes,
  failed: yes,
  refused: yes,
});
const changes = all<LicenseChange['kind']>({
  added: yes,
  removed: yes,
  purchased: yes,
  contents: yes,
  expiry: yes,
  'user-plan': yes,
});
const audited = all<Exclude<AuditEvent['event'], 'signed-in' | 'refused' | 'status-changed'>>({
  installed: yes,
  'contract-saved': yes,
  'prices-saved': yes,
  'answer-saved': yes,
  'answer-deleted': yes,
  'api-key-created': yes,
  'api-key-revoked': yes,
  exported: yes,
  'access-request-submitted': yes,
  'access-request-withdrawn': yes,
  'access-request-resolved': yes,
  'removal-incomplete': yes,
  'deletion-proved': yes,
  'users-downloaded': yes,
  'reclaim-seen': yes,
  'reclaim-downloaded': yes,
  'user-marked': yes,
  'user-unmarked': yes,
  'moves-downloaded': yes,
  'seats-downloaded': yes,
  'requests-downloaded': yes,
  'history-downloaded': yes,
  'user-panel-seen': yes,
  'user-exported': yes,
  'user-erased': yes,
  'user-pinned': yes,
  'user-unpinned': yes,
  deleted: yes,
});
const statuses = all<Tenant['status']>({ active: yes, suspended: yes, deleting: yes, revoked: yes });
const diagnostics = all<Diagnostic['kind']>({
  'license-incomplete': yes,
  'seat-count-differs': yes,
  'set-name-missing': yes,
  'plan-without-set': yes,
  'extra-flags-unknown': yes,
  'prerequisite-missing': yes,
  'duplicate-row': yes,
  'several-versions': yes,
  'more-in-use-than-purchased': yes,
  'both-tiers-marked': yes,
  'foreign-owner': yes,
});
const validationErrors = all<
  | ResolutionValidationError
  | ContractValidationError
  | PriceValidationError
  | MessageValidationError
  | SavedAnswerValidationError
  | ApiKeyValidationError
  | UserDataValidationError
  | PinValidationError
  | 'not-sent'
>({
  'not-sent': yes,
  'user-number-invalid': yes,
  'erase-not-confirmed': yes,
  'nobody-ticked': yes,
  'comment-missing': yes,
  'comment-too-long': yes,
  'start-not-a-date': yes,
  'start-in-future': yes,
  'start-too-early': yes,
  'currency-missing': yes,
  'currency-invalid': yes,
  'currency-unknown': yes,
  'amount-invalid': yes,
  'price-plan-missing': yes,
  'price-twice': yes,
  'prices-changed': yes,
  'saved-answer-gone': yes,
  'answer-name-missing': yes,
  'answer-name-too-long': yes,
  'answer-name-taken': yes,
  'answer-text-missing': yes,
  'answer-text-too-long': yes,
  'saved-answers-full': yes,
  'key-name-missing': yes,
  'key-name-too-long': yes,
  'key-scope-missing': yes,
  'key-export-publishable': yes,
  'key-origin-missing': yes,
  'key-origin-invalid': yes,
  'key-origins-too-many': yes,
  'key-origins-secret': yes,
  'keys-full': yes,
  'seats-invalid': yes,
  'seats-plan-missing': yes,
  'seats-unchanged': yes,
  'message-reason-too-long': yes,
  'user-not-listed': yes,
  'pin-reason-missing': yes,
  'pin-reason-too-long': yes,
});
const pinKinds = all<Pin['kind']>({ 'at-least': yes, exactly: yes });
const planChanges = all<`${PlanChange}-${PlanChangeRule}`>({
  'add-at-once': yes,
  'add-at-renewal': yes,
  'reduce-at-once': yes,
  'reduce-at-renewal': yes,
});
const visibilityHints = all<VisibilityHintKey>({
  'role-hides': yes,
  'role-opens': yes,
  'edit-flow-content': yes,
  'run-flows': yes,
  'flow-solutions': yes,
  'flow-sms': yes,
  'lock-targets': yes,
  'target-types': yes,
  'target-data-right': yes,
  'saint-statuses': yes,
  'sale-type-stakeholders': yes,
  'stakeholders-preference': yes,
  'sale-type-guide': yes,
  'approve-quotes': yes,
  'pin-dashboards': yes,
  'mark-spam': yes,
  'update-consent': yes,
  'selection-follow-ups': yes,
  'selection-email': yes,
  'video-service': yes,
  'ai-switched-on': yes,
});
const seats = all<Seat>({ assign: yes, 'by-use': yes, buy: yes, ask: yes });
const solutions = all<CatalogueRow['solution']>({ common: yes, sales: yes, service: yes, marketing: yes });
const tiers = all<Tier>({ essential: yes, premium: yes });

/** Keys put together at run time, by what they begin with. */
const families: Readonly<Record<string, readonly string[]>> = {
  'state.': states,
  'reason.': reasons,
  'notice.': [...notices, ...statuses.filter((status) => status !== 'active')],
  'planNote.': plansWithNote,
  'setup.outcome.': outcomes,
  'seat.': seats,
  'seatBadge.': seats,
  'foundTier.': all<DetectedTier>({ none: yes, essential: yes, premium: yes, unknown: yes }),
  'evidence.module.': ['site-present', 'site-absent', 'user-present', 'user-absent'],
  'evidence.plan.': all<Inclusion>({ yes, no: yes, possibly: yes, unstated: yes }),
  'evidence.tier.': all<TierStep>({
    'premium-module': yes,
    'user-marker': yes,
    'site-marker': yes,
    description: yes,
    'description-guess': yes,
    none: yes,
    'what-if': yes,
  }),
  'requirement.also.': additionalRequirements,
  'documentation.': all<Exclude<StatementSource, 'administration-page'>>({
    sentence: yes,
    'front-matter': yes,
    'plan-list': yes,
    'other-page': yes,
  }),
  'documentation.part.': featureParts,
  'visibilityHint.': visibilityHints,
  'refreshed.': ['changed', 'unchanged', 'too-soon', 'failed'],
  'emptyState.': ['no-plan', 'licenses-unread'],
  'limit.': limits,
  'limit.level.': all<Exclude<LimitLevel, 'below'>>({ near: yes, reached: yes }),
  'limit.stops.': limits,
  'crm.link.': ['users', 'licenses', 'roles', 'shop'],
  'crm.step.': ['assign-plan', 'buy-licenses', 'change-suite'],
  'accessRequest.': all<AccessRequestState>({ open: yes, fulfilled: yes, declined: yes }),
  'admin.subject.': ['feature', 'plan'],
  'admin.requestSheet.state.': all<AccessRequestState>({ open: yes, fulfilled: yes, declined: yes }),
  'admin.requestSheet.column.': [
    ...['subject', 'person', 'asked-on', 'reason', 'state', 'answered-on', 'answered-by', 'answer'],
  ],
  'admin.outcome.': all<Exclude<AccessRequestState, 'open'>>({ fulfilled: yes, declined: yes }),
  'admin.page.': adminPages.map(({ name }) => name),
  'admin.users.filter.': ['plan', 'solution', 'state', 'requests'],
  'admin.users.empty.': ['unread', 'filtered'],
  'admin.users.state.': userStates,
  'admin.users.column.': [...userOrders, 'missing-names', 'number', 'listed-since'],
  'admin.users.download.': ['csv', 'xlsx'],
  'admin.users.note.': ['noData', 'ofDay', 'unknownPlan', 'noPlan', 'retired', 'unread', 'rights'],
  'admin.reclaim.kind.': markKinds,
  'admin.reclaim.neverListed.': ['user-plans', 'suite'],
  'admin.reclaim.whatToDo.': ['user-plans', 'suite'],
  'admin.reclaim.column.': reclaimOrders,
  'admin.reclaim.reason.': reclaimReasons,
  'admin.reclaim.reasonName.': reclaimReasons,
  'admin.seats.period.': trendPeriods,
  'admin.seats.line.': ['purchased', 'in-use'],
  'admin.download.': ['csv', 'xlsx'],
  'admin.period.': billingPeriods,
  'setup.event.': audited,
  'setup.status.': statuses,
  'admin.change.': changes,
  'admin.diagnostic.': diagnostics,
  'admin.validationError.': validationErrors,
  'admin.planChange.': planChanges,
  'admin.otherPlan.': ['user-plans', 'suite'],
  'admin.addOn.': ['user-plans', 'suite'],
  'admin.message.cost.': all<PlanChange>({ add: yes, reduce: yes }),
  'admin.prices.period.': pricePeriods,
  'admin.prices.price.': pricePeriods,
  'admin.whatIf.pin.': pinKinds,
  'admin.whatIf.pinKind.': pinKinds,
  'admin.whatIf.suite.': ['lost', 'limited', 'gained', 'unknown'],
  'admin.whatIf.unsatisfied.': all<Unsatisfied['reason']>({ 'plan-unknown': yes, 'no-plan-satisfies': yes }),
  'admin.whatIf.unsolved.': all<UnsolvedReason>({ busy: yes, 'too-long': yes }),
  'compare.basis.': all<PlanBasis>({ 'in-addition': yes, instead: yes }),
  'compare.cell.': ['included', 'missing', 'gained', 'lost'],
  'compare.columns.': all<PlanBasis>({ 'in-addition': yes, instead: yes }),
  'admin.whatIf.withoutSeat.': [...pinKinds, 'any'],
  'admin.apiKeys.kind.': apiKeyKinds,
  'admin.apiKeys.kindHint.': apiKeyKinds,
  'admin.apiKeys.scope.': apiScopes,
  'admin.apiKeys.scopeHint.': apiScopes,
  'admin.apiKeys.expiry.': ['expired', 'soon'],
  'suitePlan.': suitePlans,
  'solution.': solutions,
  'tier.': tiers,
  'problem.': Object.keys(errorStatus).flatMap((code) => [`${code}.title`, `${code}.text`]),
};
const familyKeys = Object.entries(families).flatMap(([start, ends]) => ends.map((end) => start + end));

const users = [...listFiles('src/web', '.ts'), ...listFiles('views', '.ejs')].map(readText).join('\n');
const groups = new Set([...english.keys()].map((key) => key.split('.')[0]));
/** Every literal in the code that begins like a key. */
const literalKeys = [...users.matchAll(/'([a-z]\w*(?:\.[\w-]+)+)'/gi)]
  .map(([, key = '']) => key)
  .filter((key) => groups.has(key.split('.')[0]));

/** A key is there as a text, or in the plural forms of the language. */
const isThere = (key: string) => english.has(key) || english.has(`${key}_other`);
const missing = (keys: readonly string[]) => [...new Set(keys.filter((key) => !isThere(key)))];
/** The key code asks for, of a text in one plural form. */
const withoutForm = (key: string) => key.replace(/_(zero|one|two|few|many|other)$/, '');

describe('locale keys', () => {
  it('every key used in code and views exists', () => {
    const used = [...users.matchAll(/\bt\('([^']+)'[,)]/g)].map(([, key = '']) => key);
    expect(used.length).toBeGreaterThan(25);
    expect(missing(used)).toEqual([]);
    expect(missing(literalKeys)).toEqual([]);
  });

  it.each(Object.entries(families))('the keys %s… exist for every value', (start, ends) => {
    expect(missing(ends.map((end) => start + end))).toEqual([]);
  });

  it('every key built at run time belongs to one of these families', () => {
    const computed = [...users.matchAll(/\bt\((?:`([\w.]+)\$\{|'([\w.]+)' \+)/g)];
    const starts = computed.map(([, template, sum]) => template ?? sum ?? '');
    expect([...new Set(starts)].sort()).toEqual(Object.keys(families).sort());
    const calls = users.match(/\bt\(/g)?.length ?? 0;
    const understood = users.match(/\bt\((?:'[^']+'[,)]|`[\w.]+\$\{|'[\w.]+' \+|\w+ \? '[^']+' : '[^']+')/g);
    expect(understood).toHaveLength(calls);
  });

  it('every key is used', () => {
    const used = new Set([...literalKeys, ...familyKeys]);
    expect([...english.keys()].filter((key) => !used.has(withoutForm(key)))).toEqual([]);
  });
});

describe('languages', () => {
  it('every locale is a language of the plan catalogue, including English and German', () => {
    const codes = locales.map(({ code }) => code);
    expect(codes.filter((code) => !isLanguage(code))).toEqual([]);
    expect(codes).toEqual(expect.arrayContaining(['de', 'en']));
  });

  it.each(others)('$code has the same keys as English, in the same order', ({ texts }) => {
    expect([...texts.keys()]).toEqual([...english.keys()]);
  });

  const placeholders = (text = '') => [...text.matchAll(/\{\{(.*?)\}\}/g)].map(([, name]) => name).sort();

  it.each(others)('$code has the same placeholders in each text', ({ texts }) => {
    const differing = [...english].filter(([key, text]) => {
      return String(placeholders(text)) !== String(placeholders(texts.get(key)));
    });
    expect(differing).toEqual([]);
    expect([...english.values()].flatMap(placeholders).length).toBeGreaterThan(10);
  });

  it.each(others)('$code translates every sentence', ({ texts }) => {
    const sentences = [...english].filter(([, text]) => text.split(' ').length >= 5);
    expect(sentences.length).toBeGreaterThan(50);
    expect(sentences.filter(([key, text]) => texts.get(key) === text)).toEqual([]);
  });

  it.each(locales)(
    '$code contains clean text: no markup, no stray space, nothing empty or unfinished',
    ({ texts }) => {
      const unclean = [...texts].filter(
        ([, text]) =>
          text.trim() !== text || text === '' || /[<&]|\s{2}|\$t\(|TODO|\{(?!\{)(?<!\{\{)/.test(text),
      );
      expect(unclean).toEqual([]);
    },
  );

  it('English spells the noun licence, for readers of British English', () => {
    expect(
      [...english].filter(([, text]) => /\blicenses?\b/i.test(text.replace(/\{\{.*?\}\}/g, ''))),
    ).toEqual([]);
  });
});
