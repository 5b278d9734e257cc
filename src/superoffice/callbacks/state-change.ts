import { z } from 'zod';

/**
 * What SuperOffice says is going to happen to a tenant, by its number
 * (docs/superoffice/web-api.md#71-state-change-notification).
 */
export const stateChanges = ['upgrade', 'backup-restored', 'suspend', 'resume', 'delete', 'move'] as const;

export type StateChange = (typeof stateChanges)[number];

/** A notice about a tenant: a hint to ask for its state, to be believed only with its token verified. */
export interface StateChangeNotice {
  readonly tenantId: string;
  readonly change: StateChange;
  readonly token: string;
}

const noticeSchema = z.looseObject({
  ChangeType: z
    .int()
    .min(0)
    .max(stateChanges.length - 1),
  ContextIdentifier: z.string().regex(/^Cust\d{1,10}$/),
  Token: z.string().min(1).max(10_000),
});

/** Reads a notice; the fields that are wrong where it is none. */
export function readStateChange(body: unknown): z.ZodSafeParseResult<StateChangeNotice> {
  return noticeSchema
    .transform(({ ChangeType, ContextIdentifier, Token }): StateChangeNotice => {
      // The schema bounds the number to the list.
      return { tenantId: ContextIdentifier, change: stateChanges[ChangeType] as StateChange, token: Token };
    })
    .safeParse(body);
}
