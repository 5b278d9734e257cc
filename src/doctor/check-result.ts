/** What one step of an examination found. */
export interface CheckResult {
  readonly step: string;
  readonly ok: boolean;
  /** In plain words, for an operator; no secret. */
  readonly message: string;
  /** Where to mend it; empty where nothing is wrong. */
  readonly remedy: string;
}

export function passed(step: string, says: string): CheckResult {
  return { step, ok: true, message: says, remedy: '' };
}

export function failed(step: string, says: string, mend: string): CheckResult {
  return { step, ok: false, message: says, remedy: mend };
}

/** Where in SuperOffice's Developer Portal an app is set up. */
export const portal = 'Developer Portal, your application, Configuration of this environment';
