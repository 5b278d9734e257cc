import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { toResponseError } from '../../../../src/superoffice/transport/api-response.ts';
import { SuperOfficeError } from '../../../../src/superoffice/transport/superoffice-error.ts';

function respond(status: number, body: unknown = null, headers: Record<string, string> = {}) {
  return { status, body, headers };
}

describe('toResponseError', () => {
  it.each([
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'not-found'],
    [421, 'wrong-subdomain'],
    [429, 'throttled'],
    [500, 'server-error'],
    [503, 'server-error'],
    [302, 'unexpected-response'],
    [418, 'unexpected-response'],
  ])('maps status %d to error code %s', (status, code) => {
    expect(toResponseError('op', respond(status))).toMatchObject({ code, status, operation: 'op' });
  });

  it('reports the error type but not the error message', () => {
    const body = {
      Error: true,
      ErrorType: 'SoNotFoundException',
      ErrorMessage: 'Contact of Jane Doe not found',
    };
    const error = toResponseError('op', respond(404, body));
    expect(error.detail).toBe('SoNotFoundException');
    expect(inspect(error)).not.toContain('Jane');
  });

  it.each([[{ ErrorType: 'see 8A:token' }], [{ ErrorType: 5 }], ['<html>'], [[]]])(
    'reports no detail for the body %j',
    (body) => {
      expect(toResponseError('op', respond(500, body))).not.toHaveProperty('detail');
    },
  );

  it.each([
    ['120', 120],
    ['0', 0],
    ['Wed, 21 Oct 2026 07:28:00 GMT', undefined],
    ['-1', undefined],
    ['99999999', undefined],
  ])('parses Retry-After %s as seconds or ignores it', (header, seconds) => {
    expect(toResponseError('op', respond(429, null, { 'retry-after': header })).retryAfterSeconds).toBe(
      seconds,
    );
  });
});

describe('SuperOfficeError', () => {
  it('names the operation, the error code and the detail in its text', () => {
    expect(String(new SuperOfficeError('timeout', 'jwks'))).toBe('SuperOfficeError: jwks: timeout');
    expect(new SuperOfficeError('unreachable', 'jwks', { detail: 'ENOTFOUND' }).message).toContain(
      'ENOTFOUND',
    );
  });

  it('carries only the given properties', () => {
    const error = new SuperOfficeError('throttled', 'op', { status: 429 });
    expect({ ...error }).toEqual({
      name: 'SuperOfficeError',
      code: 'throttled',
      operation: 'op',
      status: 429,
    });
  });
});
