/**
 * Shows what the user can use, and what would add the rest.
 * @param {import('@openfeature/web-sdk').Client} flags
 */
export function show(flags) {
  const { flagMetadata } = flags.getStringDetails('plan', 'unknown');
  document.querySelector('#plan').textContent = String(flagMetadata.planLabel ?? 'unknown');
  document.querySelector('#note').textContent = flagMetadata.stale ? describeAge(flagMetadata.asOf) : '';

  for (const item of document.querySelectorAll('li')) {
    const { feature, ifUnknown } = item.dataset;
    const answer = flags.getBooleanDetails(feature, ifUnknown === 'true');
    item.querySelector('button').disabled = !answer.value;
    item.querySelector('span').textContent = answer.variant === 'enabled' ? '' : explain(answer);
  }
}

function describeAge(asOf) {
  const since = asOf === undefined ? '' : ` What you see is as of ${new Date(asOf).toLocaleString('en-GB')}.`;
  return `SuperOffice does not respond.${since}`;
}

/** @param {import('@openfeature/web-sdk').EvaluationDetails<boolean>} answer */
function explain({ variant, flagMetadata }) {
  const { reasonText, upgradeLabel, upgradeAction } = flagMetadata;
  if (variant === 'lapsed') return 'SuperOffice is not active for your company.';
  if (upgradeLabel === undefined)
    return String(reasonText ?? 'Nobody knows whether your plan includes this.');
  const how = upgradeAction === 'assign' ? 'An administrator can assign it now.' : 'Ask an administrator.';
  return `Needs ${upgradeLabel}. ${how}`;
}
