import type { Database } from '../database/database.ts';
import { notify } from './notify.ts';

/** The NOTIFY channel of opened circuit breakers, so that one process detects an unavailable tenant for all. */
export const circuitChannel = 'planlens_circuits';

/** Notifies all processes that the circuit of a tenant is open for a cooldown, ms. */
export async function publishCircuitOpen(db: Database, tenantId: string, cooldownMs: number): Promise<void> {
  await notify(db, circuitChannel, `${tenantId} ${cooldownMs}`);
}

/** Parses the payload of a notification. The cooldown is a duration because the clocks of processes may differ. */
export function parseCircuitOpen(payload: string): [tenantId: string, cooldownMs: number] {
  const [tenantId = '', cooldownMs] = payload.split(' ');
  return [tenantId, Number(cooldownMs)];
}
