import { describe, expect, it } from 'vitest';
import { isConnectionError } from '../../../src/database/connection-errors.ts';

describe('isConnectionError', () => {
  const coded = (code: string) => Object.assign(new Error('some text'), { code });

  it.each(
    'ECONNREFUSED ECONNRESET EPIPE ETIMEDOUT EHOSTUNREACH ENOTFOUND EAI_AGAIN 08001 08006 57P01 57P02 57P03 57P05 57014 53100 53300 25006 25P03 58030'.split(
      ' ',
    ),
  )('returns true for the code %s', (code) => {
    expect(isConnectionError(coded(code))).toBe(true);
  });

  it.each([
    'Connection terminated',
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'timeout expired',
    'timeout exceeded when trying to connect',
    'Query read timeout',
    'Client has encountered a connection error and is not queryable',
    'Client was closed and is not queryable',
  ])('returns true for the pg message %s', (message) => {
    expect(isConnectionError(new Error(message))).toBe(true);
  });

  it.each(['23505', '22012', '42P01', '28P01', '40001', '57P04', 'ENOENT'])(
    'returns false for the code %s',
    (code) => {
      expect(isConnectionError(coded(code))).toBe(false);
      expect(isConnectionError(Object.assign(new Error('Connection terminated'), { code }))).toBe(false);
    },
  );

  it('returns false for unrelated errors and for values that are not errors', () => {
    expect(isConnectionError(new Error('the Query read timeout'))).toBe(false);
    expect(isConnectionError({ code: 'ECONNREFUSED' })).toBe(false);
    expect(isConnectionError(undefined)).toBe(false);
  });
});
