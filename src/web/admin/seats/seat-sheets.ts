import type { SeatsOfDay } from '../../../snapshots/seat-count-store.ts';
import type { Language } from '../../rendering/i18n.ts';
import type { Spreadsheet } from '../../rendering/spreadsheet.ts';
import { describeSeatCount, type NamedSeats } from './seat-rows.ts';

/** The columns of today's seats as a file. What is no number is described in words. */
export function seatSheetColumns(language: Language): Spreadsheet<NamedSeats>['columns'] {
  const { t } = language;
  const value = (count: NamedSeats['free']) =>
    typeof count === 'number' ? count : describeSeatCount(count, language);
  return [
    { header: t('admin.plan'), width: 50, value: ({ plan }) => plan },
    { header: t('admin.purchased'), width: 14, value: ({ purchased }) => value(purchased) },
    { header: t('admin.inUse'), width: 14, value: ({ inUse }) => value(inUse) },
    { header: t('admin.free'), width: 14, value: ({ free }) => value(free) },
  ];
}

/** The columns of the trend as a file; `nameOf` names the plan of a module. */
export function trendSheetColumns(
  nameOf: (module: string) => string,
  { t }: Language,
): Spreadsheet<SeatsOfDay & { readonly module: string }>['columns'] {
  return [
    { header: t('admin.seats.day'), width: 12, value: ({ day }) => new Date(`${day}T00:00:00Z`) },
    { header: t('admin.plan'), width: 50, value: ({ module }) => nameOf(module) },
    { header: t('admin.purchased'), width: 14, value: ({ purchased }) => purchased },
    { header: t('admin.inUse'), width: 14, value: ({ inUse }) => inUse },
  ];
}
