import { sql } from 'kysely';
import type { Database } from '../database/database.ts';

/** On it processes tell each other which tenant does not answer, so that not each has to find out. */
export const circuitChannel = 'planlens_circuits';

/** Tells all processes that a tenant is left alone for so long, ms. */
export async function tellCircuitOpen(db: Database, ctx: string, restMs: number): Promise<void> {
  await sql`select pg_notify(${circuitChannel}, ${`${ctx} ${restMs}`})`.execute(db);
}

/** Which tenant, and for how long, ms. A duration, as the processes' clocks may differ. */
export function openCircuitIn(payload: string): [ctx: string, restMs: number] {
  const [ctx = '', restMs] = payload.split(' ');
  return [ctx, Number(restMs)];
}
