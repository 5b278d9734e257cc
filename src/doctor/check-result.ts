/** The result of one check of the doctor. */
export interface CheckResult {
  readonly step: string;
  /** Null if the check cannot tell. */
  readonly ok: boolean | null;
  /** A sentence for the operator, without secrets. */
  readonly message: string;
  /** How to fix the problem, or how to find out; empty for a passed check. */
  readonly remedy: string;
}

export function passed(step: string, message: string): CheckResult {
  return { step, ok: true, message, remedy: '' };
}

export function failed(step: string, message: string, remedy: string): CheckResult {
  return { step, ok: false, message, remedy };
}

export function undecided(step: string, message: string, remedy: string): CheckResult {
  return { step, ok: null, message, remedy };
}

/** The remedy for a temporary failure. */
export const runAgain = 'Run the doctor again later.';

/** Where SuperOffice's Developer Portal configures an app. */
export const developerPortalLocation =
  'Developer Portal, your application, Configuration of this environment';
