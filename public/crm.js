// Opens screens of the CRM that this page is shown in.

/**
 * Asks the CRM around this page to open a screen by its SoProtocol target, with its own window message. Returns false outside
 * of the CRM, or if the browser does not tell the origin of the page around this one; the server lets only the CRM be that.
 */
export function openInCrm(target) {
  const origin = window.parent === window ? undefined : location.ancestorOrigins?.[0];
  if (origin === undefined) return false;
  window.parent.postMessage({ command: 'soprotocol', arguments: target }, origin);
  return true;
}
