/**
 * Whether the text of a user's plan in a list of users names a plan. SuperOffice writes `(No Selection)` for none
 * (docs/superoffice/licenses.md#3-endpoints).
 */
export function namesPlan(userPlan: string): boolean {
  return userPlan !== '' && userPlan !== '(No Selection)';
}
