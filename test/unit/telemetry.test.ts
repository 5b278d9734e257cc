import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../src/metrics.ts';
import { createTelemetry, type Telemetry } from '../../src/telemetry.ts';

const error = new Error('refused');
const tenantId = 'Cust12345';
const call = { operation: 'users', host: 'online.superoffice.com', outcome: 200, durationMs: 12 };

/** The log lines of one event, without the fields that pino adds. */
function logged(emit: (telemetry: Telemetry) => void) {
  const lines: string[] = [];
  const log = pino(
    { level: 'debug', base: null, timestamp: false },
    { write: (line) => void lines.push(line) },
  );
  emit(createTelemetry({ log, metrics: createMetrics() }));
  return lines.map((line) => JSON.parse(line));
}

describe('createTelemetry', () => {
  it.each<[string, (telemetry: Telemetry) => void, object]>([
    ['SuperOffice called', ({ onCall }) => onCall(call), { level: 20, ...call }],
    [
      'circuit opened',
      ({ onCircuitOpen }) => onCircuitOpen(tenantId, 30_000),
      { level: 40, tenantId, cooldownMs: 30_000 },
    ],
    [
      'notify failed',
      ({ onNotifyFailed }) => onNotifyFailed(tenantId, error),
      { level: 40, tenantId, reason: 'refused' },
    ],
    [
      'JWKS prefetch failed',
      ({ onPrefetchFailed }) => onPrefetchFailed('no error'),
      { level: 40, reason: 'unknown' },
    ],
    [
      'license refresh failed',
      ({ onRefreshFailed }) => onRefreshFailed({ what: 'read', tenantId, associateId: 5, error }),
      { level: 40, what: 'read', tenantId, associateId: 5, reason: 'refused' },
    ],
    [
      'LISTEN connection lost',
      ({ onListenerLost }) => onListenerLost(error),
      { level: 40, reason: 'refused' },
    ],
  ])('logs "%s" with its fields and nothing else', (msg, emit, fields) => {
    expect(logged(emit)).toEqual([{ ...fields, msg }]);
  });
});
