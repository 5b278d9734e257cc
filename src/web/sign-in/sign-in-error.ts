import { AppError } from '../../errors.ts';
import type { SignInPurpose } from '../../tenants/sign-in-store.ts';
import type { PanelUser } from '../links.ts';

/** What a sign-in that began on a page of ours was for. */
type OwnPurpose = Extract<SignInPurpose, { language: string }>;

/** A sign-in that did not work: whoever answers it speaks its language, and offers a panel another way to sign in. */
export class SignInError extends Error {
  readonly purpose: OwnPurpose;

  constructor(purpose: OwnPurpose, cause: unknown) {
    super('a sign-in did not work', { cause });
    this.name = 'SignInError';
    this.purpose = purpose;
  }
}

/** The failure of a panel's sign-in with a reason of ours. */
export function createSignInError(
  { tenantId, associateId, language }: PanelUser,
  code: 'sign-in-timeout' | 'cookies-blocked',
): SignInError {
  return new SignInError({ kind: 'panel', tenantId, associateId, language }, new AppError(code));
}
