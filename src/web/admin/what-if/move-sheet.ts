import type { Move } from '../../../licensing/assignment/assign-plans.ts';
import { planLabel } from '../../plan-names.ts';
import type { Language } from '../../rendering/i18n.ts';
import type { Spreadsheet } from '../../rendering/spreadsheet.ts';
import { describeChoice, gainsOf, heldPlanName, lossesOf } from './answer-view.ts';

/** A person who changes plan. */
export interface MovedPerson {
  readonly associateId: number;
  readonly move: Move;
}

/** The columns of the people who change plan, as a file. */
export function moveSheetColumns(
  nameOf: (associateId: number) => string,
  language: Language,
): Spreadsheet<MovedPerson>['columns'] {
  const { t } = language;
  return [
    { header: t('admin.users.column.number'), width: 10, value: ({ associateId }) => associateId },
    { header: t('admin.users.column.name'), width: 30, value: ({ associateId }) => nameOf(associateId) },
    {
      header: t('admin.whatIf.planToday'),
      width: 45,
      value: ({ move }) => heldPlanName(move.from, language),
    },
    { header: t('admin.whatIf.planThen'), width: 45, value: ({ move }) => planLabel(move.to, language) },
    { header: t('admin.whatIf.loses'), width: 60, value: ({ move }) => lossesOf(move, language).join('; ') },
    { header: t('admin.whatIf.gains'), width: 60, value: ({ move }) => gainsOf(move, language).join('; ') },
    {
      header: t('admin.whatIf.choice'),
      width: 30,
      value: ({ move: { associateIds, anyOf } }) =>
        describeChoice(associateIds.length, anyOf.length, language),
    },
  ];
}
