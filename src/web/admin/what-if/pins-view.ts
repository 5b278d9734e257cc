import type { Person } from '../../../licensing/assignment/people.ts';
import { type PlanKey, planKeys } from '../../../licensing/catalogue/user-plans.ts';
import type { UserPin } from '../../../tenants/user-pin-store.ts';
import { planLabel } from '../../plan-names.ts';
import type { Language } from '../../rendering/i18n.ts';
import { toUtcDay } from '../../rendering/timestamps.ts';
import { type InvalidPin, maxReasonLength } from './pin-form.ts';

/** The pins of a tenant, and the form to set one. */
export interface PinsView {
  readonly count: string;
  /** Whether the list is folded. */
  readonly isLong: boolean;
  readonly pins: readonly {
    readonly associateId: number;
    readonly name: string;
    readonly requirement: string;
    readonly reason: string;
    readonly pinned: string;
  }[];
  readonly form: {
    readonly associateId: string;
    readonly reason: string;
    readonly maxReasonLength: number;
    readonly kinds: readonly { readonly key: string; readonly label: string; readonly isChosen: boolean }[];
    readonly plans: readonly { readonly key: PlanKey; readonly label: string; readonly isChosen: boolean }[];
    /** The error of a rejected form; empty otherwise. */
    readonly validationError: string;
  };
  /** Users to choose from by name. */
  readonly users: readonly { readonly associateId: number; readonly name: string }[];
}

const maxUnfolded = 10;
/** Users to choose from by name; any other user is chosen by number. */
const maxUsers = 500;

/** Describes the pins of a tenant. The form shows the rejected pin if there is one. */
export function pinsView(input: {
  readonly pins: readonly UserPin[];
  readonly refused: InvalidPin | null;
  /** The user whom a link chooses, with the plan they hold; undefined if it chooses nobody. */
  readonly chosen: Person | undefined;
  readonly users: PinsView['users'];
  readonly nameOf: (associateId: number) => string;
  readonly language: Language;
}): PinsView {
  const { pins, refused, chosen, users, nameOf, language } = input;
  const { t, date, number, locale } = language;
  return {
    count: t('admin.whatIf.people', { count: pins.length, number: number(pins.length) }),
    isLong: pins.length > maxUnfolded,
    pins: pins.map(({ associateId, kind, plan, reason, pinnedBy, pinnedAt }) => ({
      associateId,
      name: nameOf(associateId),
      requirement: t(`admin.whatIf.pin.${kind}`, { plan: planLabel(plan, language) }),
      reason,
      pinned: t('admin.requestedBy', {
        name: pinnedBy === null ? t('admin.someAdministrator') : nameOf(pinnedBy),
        date: date(toUtcDay(pinnedAt.getTime())),
      }),
    })),
    form: {
      associateId: refused?.associateId ?? String(chosen?.associateId ?? ''),
      reason: refused?.reason ?? '',
      maxReasonLength,
      kinds: (['at-least', 'exactly'] as const).map((key) => ({
        key,
        label: t(`admin.whatIf.pinKind.${key}`),
        isChosen: key === (refused?.kind ?? 'at-least'),
      })),
      plans: planKeys.map((key) => ({
        key,
        label: planLabel(key, language),
        isChosen: key === (refused?.plan ?? chosen?.plan),
      })),
      validationError:
        refused === null
          ? ''
          : t(`admin.validationError.${refused.validationError}`, {
              length: number(refused.reason.length),
              longest: number(maxReasonLength),
            }),
    },
    users: users.toSorted((a, b) => a.name.localeCompare(b.name, locale)).slice(0, maxUsers),
  };
}
