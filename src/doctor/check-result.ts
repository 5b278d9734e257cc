/** What one step of an examination found. */
export interface Finding {
  readonly step: string;
  readonly good: boolean;
  /** In plain words, for an operator; no secret. */
  readonly says: string;
  /** Where to mend it; empty where nothing is wrong. */
  readonly mend: string;
}

export function good(step: string, says: string): Finding {
  return { step, good: true, says, mend: '' };
}

export function bad(step: string, says: string, mend: string): Finding {
  return { step, good: false, says, mend };
}

/** Where in SuperOffice's Developer Portal an app is set up. */
export const portal = 'Developer Portal, your application, Configuration of this environment';
