// Follows the progress of a setup on its page.

import { fetchPage } from './session.js';

/**
 * Updates the progress each second; loads the page again when the setup has ended. While the page is refused or does not
 * arrive, it asks half as often each time, up to once a minute.
 */
export async function followProgress(waitMs = 1000) {
  const section = document.querySelector('[data-in-progress]');
  if (section === null) return;
  await new Promise((resolve) => setTimeout(resolve, waitMs));
  const { ok, page } = await fetchPage(location.href).catch(() => ({}));
  if (ok) {
    const update = page.querySelector('[data-in-progress]');
    if (update === null) return location.reload();
    const [status, newStatus] = [document, page].map((each) => each.querySelector('[role=status]'));
    // Screen readers announce a text that is set, even if it is the same.
    if (status.textContent !== newStatus.textContent) status.textContent = newStatus.textContent;
    section.replaceWith(update);
  }
  followProgress(ok ? 1000 : Math.min(waitMs * 2, 60_000));
}
