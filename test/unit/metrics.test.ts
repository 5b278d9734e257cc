import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../src/metrics.ts';

const counts = { waiting: 2, parked: 1, oldestMs: 1_500 };
const standings = { active: 3, paused: 0, leaving: 0, revoked: 1 };

describe('createMetrics', () => {
  it('asks the database at a scrape, once for all figures, and not again a moment later', async () => {
    let asked = 0;
    const metrics = createMetrics();
    metrics.watch({
      inbox: {
        counts: async () => {
          asked += 1;
          return counts;
        },
      },
      tenants: { countByStanding: async () => standings },
    });
    const text = await metrics.registry.metrics();
    await metrics.registry.metrics();
    expect(asked).toBe(1);
    for (const sample of [
      'planlens_database_up 1',
      'planlens_callbacks{state="waiting"} 2',
      'planlens_callbacks{state="parked"} 1',
      'planlens_oldest_callback_seconds 1.5',
      'planlens_tenants{standing="active"} 3',
      'planlens_tenants{standing="revoked"} 1',
    ])
      expect(text).toContain(`\n${sample}\n`);
  });

  it('says that the database is away and leaves out what it would have told', async () => {
    const metrics = createMetrics();
    const away = () => Promise.reject(new Error('away'));
    metrics.watch({ inbox: { counts: away }, tenants: { countByStanding: async () => standings } });
    const text = await metrics.registry.metrics();
    expect(text).toContain('\nplanlens_database_up 0\n');
    expect(text).not.toMatch(/^planlens_(callbacks|oldest_callback_seconds|tenants)\b.* \d/m);
  });

  it('keeps one app’s figures apart from another’s', async () => {
    const [one, other] = [createMetrics(), createMetrics()];
    one.onCallback('done');
    expect(await one.registry.metrics()).toContain('planlens_callbacks_total{outcome="done"} 1');
    expect(await other.registry.metrics()).not.toContain('outcome="done"');
  });
});
