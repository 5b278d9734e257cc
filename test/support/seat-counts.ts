import { runQuery } from './database.ts';

/**
 * Records seats of a tenant for 800 days until yesterday, as if it had been reconciled every day but those of two weeks; all
 * plans of the last day on which it was. `now` in ms since 1970.
 */
export async function recordSeats(
  { DATABASE_URL = '' }: NodeJS.ProcessEnv,
  tenantId: string,
  now: number,
): Promise<void> {
  const today = new Date(now).toISOString().slice(0, 10);
  await runQuery(
    DATABASE_URL,
    `insert into seat_counts (context_identifier, day, module, purchased, in_use)
    select context_identifier, to_char(date '${today}' - ago, 'YYYY-MM-DD'), module,
      greatest(0, purchased - (ago / 180) * ceil(purchased / 12.0)),
      round(in_use * (1 - (ago / 9) / 200.0 - (ago / 9 * 7919 % 5) / 100.0))
    from seat_counts, generate_series(1, 799) as ago
    where context_identifier = '${tenantId}' and ago not between 210 and 223
      and day = (select max(day) from seat_counts where context_identifier = '${tenantId}')
    on conflict do nothing`,
  );
}
