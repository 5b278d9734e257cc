/**
 * Says why a user lacks a feature, and what would add it.
 * @param {import('@openfeature/server-sdk').EvaluationDetails<boolean>} answer
 */
export function explainRefusal({ errorCode, variant, flagMetadata }) {
  if (errorCode !== undefined || variant === 'unknown')
    return { message: 'We cannot find out whether your plan includes this.', nextStep: 'Try again later.' };
  if (variant === 'lapsed')
    return { message: 'SuperOffice is not active for your company.', nextStep: 'Ask an administrator.' };
  const { label, reasonText } = flagMetadata;
  return { message: `${label}: ${reasonText}`, nextStep: describeUpgrade(flagMetadata) };
}

/** @param {import('@openfeature/server-sdk').FlagMetadata} metadata */
function describeUpgrade({ upgradeLabel, upgradeAction, seatsFree }) {
  if (upgradeLabel === undefined) return null;
  switch (upgradeAction) {
    case 'assign':
      return `Ask an administrator for ${upgradeLabel}. Free seats: ${seatsFree ?? 'unlimited'}.`;
    case 'buy':
      return `Ask an administrator for ${upgradeLabel}. A seat must be purchased first.`;
    default:
      return `Ask an administrator for ${upgradeLabel}.`;
  }
}
