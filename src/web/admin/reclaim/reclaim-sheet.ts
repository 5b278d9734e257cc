import type { Language } from '../../rendering/i18n.ts';
import { type Spreadsheet, toSheetDay } from '../../rendering/spreadsheet.ts';
import type { Candidate } from './reclaim-list.ts';

/** The columns of the seats that could be reclaimed as a file. Days are calendar days in UTC. */
export function reclaimSheetColumns({ t }: Language): Spreadsheet<Candidate>['columns'] {
  return [
    { header: t('admin.users.column.number'), width: 10, value: ({ user }) => user.associateId },
    { header: t('admin.users.column.name'), width: 30, value: ({ user }) => user.name },
    { header: t('admin.users.column.plan'), width: 45, value: ({ plan }) => plan },
    {
      header: t('admin.reclaim.column.reason'),
      width: 26,
      value: ({ reason }) => t(`admin.reclaim.reasonName.${reason}`),
    },
    {
      header: t('admin.users.column.last-login'),
      width: 18,
      value: ({ user: { loginReported, lastLoginAt } }) => {
        if (!loginReported) return t('admin.users.notReported');
        return lastLoginAt === null ? t('admin.users.never') : toSheetDay(lastLoginAt);
      },
    },
    {
      header: t('admin.users.column.listed-since'),
      width: 14,
      value: ({ user }) => toSheetDay(user.listedSince),
    },
  ];
}
