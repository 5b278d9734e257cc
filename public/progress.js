// Follows the progress of a setup on its page.

import { fetchPage } from './session.js';

/** Updates the progress each second; loads the page again when the setup has ended. */
export async function followProgress() {
  const section = document.querySelector('[data-in-progress]');
  if (section === null) return;
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const { ok, page } = await fetchPage(location.href).catch(() => ({}));
  if (ok) {
    const update = page.querySelector('[data-in-progress]');
    if (update === null) return location.reload();
    const [status, newStatus] = [document, page].map((each) => each.querySelector('[role=status]'));
    // Screen readers announce a text that is set, even if it is the same.
    if (status.textContent !== newStatus.textContent) status.textContent = newStatus.textContent;
    section.replaceWith(update);
  }
  followProgress();
}
