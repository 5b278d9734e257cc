import { sql } from 'kysely';
import type { Database } from '../database/database.ts';

/** On it processes tell each other which tenant does not answer, so that not each has to find out. */
export const circuitChannel = 'planlens_circuits';

/** Tells all processes that a tenant is left alone for so long, ms. */
export async function publishCircuitOpen(db: Database, tenantId: string, cooldownMs: number): Promise<void> {
  await sql`select pg_notify(${circuitChannel}, ${`${tenantId} ${cooldownMs}`})`.execute(db);
}

/** Which tenant, and for how long, ms. A duration, as the processes' clocks may differ. */
export function parseCircuitOpen(payload: string): [tenantId: string, cooldownMs: number] {
  const [tenantId = '', cooldownMs] = payload.split(' ');
  return [tenantId, Number(cooldownMs)];
}
