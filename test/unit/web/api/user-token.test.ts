import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createUserTokens } from '../../../../src/web/api/user-token.ts';
import { newKeyring } from '../../../support/keyrings.ts';

const publicUrl = 'https://planlens.example';
const content = { tenantId: 'Cust1', keyId: randomUUID(), madeBy: randomUUID(), associateId: 101 };
const minute = 60_000;

describe('user tokens', () => {
  let now = Date.parse('2026-11-29T10:00:00.400Z');
  const keys = newKeyring();
  const tokens = createUserTokens({ keys, publicUrl, now: () => now });

  it('say what they were made for, for 15 minutes', () => {
    const { token, expiresAt } = tokens.mint(content);
    expect(tokens.verify(token)).toEqual({ ...content, expiresAt });
    expect(expiresAt).toBe(Date.parse('2026-11-29T10:15:00Z'));
    now = expiresAt - 1;
    expect(tokens.verify(token)).not.toBeNull();
    now = expiresAt;
    expect(tokens.verify(token)).toBeNull();
  });

  it('count in another process whose clock is up to a minute behind, and only at the same origin', () => {
    const { token } = tokens.mint(content);
    const elsewhere = (behindMs: number, url = publicUrl) =>
      createUserTokens({ keys, publicUrl: url, now: () => now - behindMs }).verify(token);
    expect(elsewhere(minute)).not.toBeNull();
    expect(elsewhere(minute + 1_000)).toBeNull();
    expect(elsewhere(0, 'https://other.example')).toBeNull();
    expect(createUserTokens({ keys: newKeyring(), publicUrl, now: () => now }).verify(token)).toBeNull();
  });
});
