import { AppError } from '../../errors.ts';
import type { PanelReader } from '../panel/panel-address.ts';

/** A sign-in of a panel's reader that did not work: whoever answers it offers another way to sign in. */
export class SignInFailure extends Error {
  readonly reader: PanelReader;

  constructor(reader: PanelReader, cause: unknown) {
    super('a panel could not sign its reader in', { cause });
    this.name = 'SignInFailure';
    this.reader = reader;
  }
}

/** The failure of a panel's sign-in with a reason of ours. */
export function signInFailed(
  reader: PanelReader,
  code: 'sign-in-unanswered' | 'session-not-kept',
): SignInFailure {
  return new SignInFailure(reader, new AppError(code));
}
