import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../src/metrics.ts';

const queues = [{ queue: 'user-changes', waiting: 2, deadLettered: 1, oldestAgeMs: 1_500 }] as const;
const statuses = { active: 3, suspended: 0, deleting: 0, revoked: 1 };

describe('createMetrics', () => {
  it('queries the database once per scrape and reuses the figures for a scrape within a second', async () => {
    let queries = 0;
    const metrics = createMetrics();
    metrics.watch({
      measureJobs: async () => {
        queries += 1;
        return [...queues];
      },
      tenants: { countByStatus: async () => statuses },
    });
    const text = await metrics.registry.metrics();
    await metrics.registry.metrics();
    expect(queries).toBe(1);
    for (const sample of [
      'planlens_database_up 1',
      'planlens_jobs{queue="user-changes",state="waiting"} 2',
      'planlens_jobs{queue="user-changes",state="dead_lettered"} 1',
      'planlens_job_oldest_age_seconds{queue="user-changes"} 1.5',
      'planlens_tenants{status="active"} 3',
      'planlens_tenants{status="revoked"} 1',
    ])
      expect(text).toContain(`\n${sample}\n`);
  });

  it('reports the database as down and omits the figures that come from it', async () => {
    const metrics = createMetrics();
    const unavailable = () => Promise.reject(new Error('unavailable'));
    metrics.watch({
      measureJobs: unavailable,
      tenants: { countByStatus: async () => statuses },
    });
    const text = await metrics.registry.metrics();
    expect(text).toContain('\nplanlens_database_up 0\n');
    expect(text).not.toMatch(/^planlens_(jobs|job_oldest_age_seconds|tenants)\b.* \d/m);
  });

  it('does not share figures between two apps', async () => {
    const [one, other] = [createMetrics(), createMetrics()];
    one.onJobAttempt({ queue: 'purges', outcome: 'processed' });
    expect(await one.registry.metrics()).toContain(
      'planlens_job_attempts_total{queue="purges",outcome="processed"} 1',
    );
    expect(await other.registry.metrics()).not.toContain('outcome="processed"');
  });
});
