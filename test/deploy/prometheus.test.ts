import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collectDefaultMetrics, type MetricConfiguration } from 'prom-client';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createMetrics } from '../../src/metrics.ts';
import { findAnchors } from '../support/links.ts';
import { readText, root } from '../support/project-files.ts';
import { installed } from './installed.ts';

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: Readonly<Record<string, string>>;
}

const alerts: readonly Alert[] = parse(readText('deploy/prometheus/alerts.yml')).groups[0].rules;
const dashboard = readText('deploy/grafana/planlens.json');
const { panels }: { panels: { id: number; title: string; targets?: { expr: string }[] }[] } =
  JSON.parse(dashboard);
const queries = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

/** The names of the series that a process exports, and of their labels. */
function exportedNames(): { series: ReadonlySet<string>; labels: ReadonlySet<string> } {
  const metrics = createMetrics();
  collectDefaultMetrics({ register: metrics.registry });
  metrics.watch({
    measureJobs: async () => [{ queue: 'user-changes', waiting: 0, deadLettered: 0, oldestAgeMs: 0 }],
    tenants: { countByStatus: async () => ({ active: 0, suspended: 0, deleting: 0, revoked: 0 }) },
  });
  // The declared type of this function has neither the label names nor the class of a metric.
  const all = metrics.registry.getMetricsAsArray() as unknown as MetricConfiguration<string>[];
  const series = all.flatMap(({ name, ...metric }) =>
    'buckets' in metric ? ['_bucket', '_sum', '_count'].map((suffix) => `${name}${suffix}`) : [name],
  );
  // Prometheus adds `up`, and the labels `job` and `instance`.
  return {
    series: new Set([...series, 'up']),
    labels: new Set([...all.flatMap(({ labelNames = [] }) => labelNames), 'le', 'job', 'instance']),
  };
}

const keywords = ['and', 'or', 'unless', 'by', 'without', 'on', 'ignoring', 'offset', 'bool'];

/** The names in a PromQL expression: of labels, and of series. */
function findNames(expression: string): { series: string[]; labels: string[] } {
  const text = expression.replace(/"[^"]*"/g, '""').replace(/\[[^\]]*\]/g, '');
  const labelLists = [...text.matchAll(/\{([^}]*)\}|\b(?:by|without|on|ignoring)\s*\(([^)]*)\)/g)];
  const labels = labelLists.flatMap(
    ([, matchers = '', list = '']) => `${matchers},${list}`.match(/\w+/g) ?? [],
  );
  const rest = text.replace(/\{[^}]*\}|\b(?:by|without|on|ignoring)\s*\([^)]*\)/g, ' ');
  const words = rest.match(/\b[a-z_:][\w:]*\b(?!\s*\()/g) ?? [];
  return { series: words.filter((word) => !keywords.includes(word)), labels };
}

const folder = mkdtempSync(join(tmpdir(), 'planlens-prometheus-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs promtool in a copy of the folder, with the token that an operator adds. @returns its output and exit code */
function promtool(...args: string[]): { status: number | null; output: string } {
  const cwd = join(folder, 'prometheus');
  cpSync(join(root, 'deploy/prometheus'), cwd, { recursive: true });
  writeFileSync(join(cwd, 'planlens_metrics_token'), 'token');
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd, encoding: 'utf8', timeout: 60_000 });
  return { status, output: `${stdout}${stderr}` };
}

describe('queries of alerts and dashboard', () => {
  const { series, labels } = exportedNames();

  it.each([
    ['alerts', alerts.map(({ expr }) => expr)],
    ['dashboard', queries],
  ])('of the %s use only series and labels that Planlens exports', (_where, expressions) => {
    expect(expressions.length).toBeGreaterThan(10);
    const names = expressions.map(findNames);
    expect(names.flatMap((each) => each.series).filter((name) => !series.has(name))).toEqual([]);
    expect(names.flatMap((each) => each.labels).filter((name) => !labels.has(name))).toEqual([]);
    expect(names.every((each) => each.series.length > 0)).toBe(true);
  });

  it('of the dashboard show every metric of Planlens', () => {
    const own = [...series].filter((name) => name.startsWith('planlens_') && !/_(bucket|sum)$/.test(name));
    expect(own.filter((name) => !queries.some((query) => query.includes(name)))).toEqual([]);
  });

  it('finds an unknown series and an unknown label', () => {
    const query =
      'sum by (route, tenant) (rate(planlens_nothing_total{user="a"}[5m])) and on (le) up offset 1h > 3';
    expect(findNames(query)).toEqual({
      series: ['planlens_nothing_total', 'up'],
      labels: ['route', 'tenant', 'user', 'le'],
    });
  });
});

describe('alerts', () => {
  it.each(alerts)(
    '$alert has a severity, texts and a section of the documentation',
    ({ labels, annotations }) => {
      expect(['critical', 'warning']).toContain(labels.severity);
      expect(Object.keys(annotations).toSorted()).toEqual(['description', 'runbook', 'summary']);
      const [file = '', anchor = ''] = (annotations.runbook ?? '').split('#');
      expect(findAnchors(readText(file)).has(anchor), annotations.runbook).toBe(true);
    },
  );

  it('are each tested, firing and not firing', () => {
    const { tests } = parse(readText('deploy/prometheus/alerts.test.yml'));
    const cases: { alertname: string; exp_alerts?: unknown[] }[] = tests.flatMap(
      (test: { alert_rule_test: [] }) => test.alert_rule_test,
    );
    const tested = (isFiring: boolean) =>
      new Set(
        cases.filter((each) => (each.exp_alerts !== undefined) === isFiring).map((each) => each.alertname),
      );
    const names = alerts.map(({ alert }) => alert);
    expect(names.filter((name) => !tested(true).has(name))).toEqual([]);
    expect(names.filter((name) => !tested(false).has(name))).toEqual([]);
  });
});

describe.skipIf(!installed('promtool', 'prometheus'))('promtool', () => {
  it('accepts the configuration and the rules', () => {
    expect(promtool('check', 'config', 'prometheus.yml')).toMatchObject({ status: 0 });
  });

  it('runs the unit tests of the rules', () => {
    const { status, output } = promtool('test', 'rules', 'alerts.test.yml');
    expect(output).toContain('SUCCESS');
    expect(status, output).toBe(0);
  });
});

describe('dashboard', () => {
  it('gives each panel an id of its own and a data source that the user chooses', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const sources = [...dashboard.matchAll(/"type": "prometheus",\s+"uid": "([^"]+)"/g)].map(
      ([, uid]) => uid,
    );
    expect(sources.length).toBeGreaterThan(20);
    expect(sources.filter((uid) => uid !== `\${datasource}`)).toEqual([]);
  });
});
