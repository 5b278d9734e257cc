import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../src/metrics.ts';

const counts = { waiting: 2, deadLettered: 1, oldestAgeMs: 1_500 };
const statuses = { active: 3, suspended: 0, deleting: 0, revoked: 1 };

describe('createMetrics', () => {
  it('asks the database at a scrape, once for all figures, and not again a moment later', async () => {
    let asked = 0;
    const metrics = createMetrics();
    metrics.watch({
      callbackQueue: {
        depth: async () => {
          asked += 1;
          return counts;
        },
      },
      tenants: { countByStatus: async () => statuses },
    });
    const text = await metrics.registry.metrics();
    await metrics.registry.metrics();
    expect(asked).toBe(1);
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

  it('says that the database is away and leaves out what it would have told', async () => {
    const metrics = createMetrics();
    const away = () => Promise.reject(new Error('away'));
    metrics.watch({ callbackQueue: { depth: away }, tenants: { countByStatus: async () => statuses } });
    const text = await metrics.registry.metrics();
    expect(text).toContain('\nplanlens_database_up 0\n');
    expect(text).not.toMatch(
      /^planlens_(callback_queue_depth|callback_queue_oldest_age_seconds|tenants)\b.* \d/m,
    );
  });

  it('keeps one app’s figures apart from another’s', async () => {
    const [one, other] = [createMetrics(), createMetrics()];
    one.onCallback('processed');
    expect(await one.registry.metrics()).toContain('planlens_callbacks_total{outcome="done"} 1');
    expect(await other.registry.metrics()).not.toContain('outcome="done"');
  });
});
