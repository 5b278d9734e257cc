import { getFeatureLabel } from '../../../licensing/catalogue/labels.ts';
import { solutions } from '../../../licensing/catalogue/solutions.ts';
import type { DirectoryUser } from '../../../snapshots/user-directory.ts';
import type { DescribePlan } from '../../plan-text.ts';
import type { Language } from '../../rendering/i18n.ts';
import { type Spreadsheet, toSheetDay } from '../../rendering/spreadsheet.ts';
import type { FindMissing } from './missing-features.ts';
import { tierText } from './users-view.ts';

/**
 * The columns of the list of users as a file. Days are calendar days in UTC. `findMissing` is null on CRM Suite, where all
 * users have the same plan.
 */
export function userSheetColumns(
  describe: DescribePlan,
  findMissing: FindMissing | null,
  language: Language,
): Spreadsheet<DirectoryUser>['columns'] {
  const { t, code } = language;
  const namesByPlan = new Map<string, string>();
  const names = (userPlan: string) => {
    const known = namesByPlan.get(userPlan);
    if (known !== undefined) return known;
    const labels = findMissing?.(userPlan)?.map((feature) => getFeatureLabel(feature, code)) ?? [];
    namesByPlan.set(userPlan, labels.join('; '));
    return labels.join('; ');
  };
  const column = (
    name: string,
    width: number,
    value: Spreadsheet<DirectoryUser>['columns'][number]['value'],
  ) => ({ header: t(`admin.users.column.${name}`), width, value });
  return [
    column('number', 10, ({ associateId }) => associateId),
    column('name', 30, ({ name }) => name),
    column('plan', 45, ({ userPlan }) => describe(userPlan).name),
    ...(findMissing === null ? [] : solutions).map((solution) => ({
      header: t(`solution.${solution}`),
      width: 12,
      value: ({ userPlan }: DirectoryUser) => tierText(describe(userPlan), solution, language),
    })),
    column('state', 22, ({ state }) => t(`admin.users.state.${state}`)),
    column('last-login', 18, ({ loginReported, lastLoginAt }) => {
      if (!loginReported) return t('admin.users.notReported');
      return lastLoginAt === null ? t('admin.users.never') : toSheetDay(lastLoginAt);
    }),
    column('plan-since', 14, ({ planSince }) => (planSince === null ? null : toSheetDay(planSince))),
    column('listed-since', 14, ({ listedSince }) => toSheetDay(listedSince)),
    column('requests', 14, ({ openRequests }) => openRequests),
    ...(findMissing === null
      ? []
      : [
          column('missing', 16, ({ userPlan }) => findMissing(userPlan)?.length ?? null),
          column('missing-names', 60, ({ userPlan }) => names(userPlan)),
        ]),
  ];
}
