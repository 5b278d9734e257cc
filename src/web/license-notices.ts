import type { LicenseNotice } from '../licensing/licenses/license-dates.ts';
import type { Language } from './rendering/i18n.ts';

/** Says when the license of a company expires or expired, and until when it can be used all the same. */
export function describeLicenseNotice(
  { kind, date: day, graceDate }: LicenseNotice,
  { t, date }: Language,
): string {
  const text = t(`notice.${kind}`, { date: date(day) });
  const inGrace = kind === 'license-expired' && graceDate !== null;
  return inGrace ? `${text} ${t('notice.grace', { date: date(graceDate) })}` : text;
}
