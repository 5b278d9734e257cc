import { AppError } from '../../errors.ts';
import type { SignInPurpose } from '../../tenants/sign-in-store.ts';
import type { PanelPageUser } from '../links.ts';
import { panelPurpose } from './begin-sign-in.ts';

/** A failed sign-in. The error page uses its language and offers the user of a panel other ways to sign in. */
export class SignInError extends Error {
  readonly purpose: SignInPurpose;

  constructor(purpose: SignInPurpose, cause: unknown) {
    super('sign-in failed', { cause });
    this.name = 'SignInError';
    this.purpose = purpose;
  }
}

/** The error of a panel's sign-in that did not reach SuperOffice. */
export function createSignInError(
  user: PanelPageUser,
  code: 'sign-in-timeout' | 'cookies-blocked',
): SignInError {
  return new SignInError(panelPurpose(user), new AppError(code));
}
