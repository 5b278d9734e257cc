import type { TenantPlans } from '../../licensing/entitlement-engine.ts';
import type { TenantLicenses } from '../../licensing/licenses/license-data.ts';
import type { FoundChange } from '../../snapshots/license-history.ts';
import type { DatedSnapshot } from '../../snapshots/stale-if-error-cache.ts';
import type { Wish } from '../../tenants/access-request-store.ts';
import type { Tenant } from '../../tenants/tenant-store.ts';
import type { Language } from '../rendering/i18n.ts';
import { type Moment, momentOf } from '../rendering/timestamps.ts';
import { type AnsweredWish, answeredWishes, type OpenWish, openWishes } from './access-request-rows.ts';
import { type ChangeRow, changeRows } from './change-messages.ts';
import type { RefusedContract } from './contract-form.ts';
import { type ContractView, contractView } from './contract-view.ts';
import { diagnosticWords } from './diagnostic-messages.ts';
import type { RefusedAnswer } from './resolution-form.ts';
import { type SeatRow, seatRows, seatsNote } from './seat-rows.ts';

/** A form that was not right: nothing typed is lost. */
export type RefusedForm = RefusedAnswer | RefusedContract;

/** Everything `views/admin.ejs` prints. */
export interface AdminView {
  readonly companyName: string;
  readonly ctx: string;
  readonly csrfToken: string;
  /** The language asked for by the page's address, as every address in it has it; may be empty. */
  readonly lang: string;
  /** What was answered just now, in words; empty where nothing was. */
  readonly saved: string;
  readonly open: readonly OpenWish[];
  readonly answered: readonly AnsweredWish[];
  readonly seats: readonly SeatRow[];
  /** Why no seats are listed; empty where some are. */
  readonly seatsNote: string;
  /** Null where SuperOffice told nothing. */
  readonly asOf: Moment | null;
  readonly stale: boolean;
  readonly diagnostics: readonly string[];
  /** What changed in the licenses, the newest first. */
  readonly changes: readonly ChangeRow[];
  readonly contract: ContractView;
}

/** What administrators work with, and the form of theirs that was refused, if one was. */
export interface AdminInput {
  readonly tenant: Tenant;
  readonly wishes: readonly Wish[];
  /** What the tenant bought; null where SuperOffice refused to tell. */
  readonly bought: DatedSnapshot<TenantLicenses> | null;
  readonly plans: TenantPlans;
  readonly changes: readonly FoundChange[];
  /** `YYYY-MM-DD`, of UTC. */
  readonly today: string;
  readonly csrfToken: string;
  readonly language: Language;
  readonly refused: RefusedForm | null;
  readonly lang: string;
  /** The wish that was answered just now, or null. */
  readonly answered: string | null;
}

/** Puts what administrators work with into the words of one language. */
export function adminView(input: AdminInput): AdminView {
  const { tenant, wishes, bought, plans, today, csrfToken, language, refused, lang } = input;
  const answered = answeredWishes(wishes, language);
  const seats = bought === null ? [] : seatRows(bought.content, plans, language);
  return {
    companyName: tenant.companyName,
    ctx: tenant.ctx,
    csrfToken,
    lang,
    saved: answered.find(({ id }) => id === input.answered)?.outcome ?? '',
    open: openWishes(wishes, refused?.form === 'answer' ? refused : null, language),
    answered,
    seats,
    seatsNote: seats.length > 0 ? '' : seatsNote(bought !== null, language),
    asOf: bought && momentOf(bought.readAt, language),
    stale: bought?.stale === true,
    diagnostics: plans.diagnose().map((each) => diagnosticWords(each, language)),
    changes: changeRows(input.changes, language),
    contract: contractView({
      contract: tenant.contract,
      refused: refused?.form === 'contract' ? refused : null,
      plans,
      today,
      language,
    }),
  };
}
