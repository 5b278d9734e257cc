import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../src/metrics.ts';

const counts = { waiting: 2, deadLettered: 1, oldestAgeMs: 1_500 };
const statuses = { active: 3, suspended: 0, deleting: 0, revoked: 1 };

describe('createMetrics', () => {
  it('queries the database once per scrape and reuses the figures for a scrape within a second', async () => {
    let queries = 0;
    const metrics = createMetrics();
    metrics.watch({
      callbackQueue: {
        depth: async () => {
          queries += 1;
          return counts;
        },
      },
      tenants: { countByStatus: async () => statuses },
    });
    const text = await metrics.registry.metrics();
    await metrics.registry.metrics();
    expect(queries).toBe(1);
    for (const sample of [
      'planlens_database_up 1',
      'planlens_callback_queue_depth{state="waiting"} 2',
      'planlens_callback_queue_depth{state="dead_lettered"} 1',
      'planlens_callback_queue_oldest_age_seconds 1.5',
      'planlens_tenants{status="active"} 3',
      'planlens_tenants{status="revoked"} 1',
    ])
      expect(text).toContain(`\n${sample}\n`);
  });

  it('reports the database as down and omits the figures that come from it', async () => {
    const metrics = createMetrics();
    const unavailable = () => Promise.reject(new Error('unavailable'));
    metrics.watch({
      callbackQueue: { depth: unavailable },
      tenants: { countByStatus: async () => statuses },
    });
    const text = await metrics.registry.metrics();
    expect(text).toContain('\nplanlens_database_up 0\n');
    expect(text).not.toMatch(
      /^planlens_(callback_queue_depth|callback_queue_oldest_age_seconds|tenants)\b.* \d/m,
    );
  });

  it('does not share figures between two apps', async () => {
    const [one, other] = [createMetrics(), createMetrics()];
    one.onCallback('processed');
    expect(await one.registry.metrics()).toContain('planlens_callbacks_total{outcome="processed"} 1');
    expect(await other.registry.metrics()).not.toContain('outcome="processed"');
  });
});
