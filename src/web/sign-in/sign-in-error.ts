import { AppError } from '../../errors.ts';
import type { SignInPurpose } from '../../tenants/sign-in-store.ts';
import type { PanelReader } from '../links.ts';

/** What a sign-in that began on a page of ours was for. */
type OwnPurpose = Extract<SignInPurpose, { language: string }>;

/** A sign-in that did not work: whoever answers it speaks its language, and offers a panel another way to sign in. */
export class SignInFailure extends Error {
  readonly purpose: OwnPurpose;

  constructor(purpose: OwnPurpose, cause: unknown) {
    super('a sign-in did not work', { cause });
    this.name = 'SignInFailure';
    this.purpose = purpose;
  }
}

/** The failure of a panel's sign-in with a reason of ours. */
export function signInFailed(
  { ctx, associateId, language }: PanelReader,
  code: 'sign-in-unanswered' | 'cookies-refused',
): SignInFailure {
  return new SignInFailure({ kind: 'panel', ctx, associateId, language }, new AppError(code));
}
