// Replaces the page by another one without leaving it, which keeps the session of this page, the list and the focus.

import { showError } from './error-notice.js';
import { restoreList, saveList } from './feature-list.js';
import { restoreDrafts } from './place.js';
import { followProgress } from './progress.js';
import { fetchPage } from './session.js';

/** Prepares a page that has just been shown: times become local times, and progress is followed. */
export function preparePage() {
  const style = { dateStyle: 'medium', timeStyle: 'short' };
  for (const time of document.querySelectorAll('time')) {
    time.textContent = new Date(time.dateTime).toLocaleString(document.documentElement.lang, style);
  }
  restoreDrafts(document);
  followProgress();
}

/** Shows another page instead of this one and focuses its result, or its heading if it has none. */
export async function swapPage(url, body) {
  document.body.setAttribute('aria-busy', 'true');
  try {
    const { ok, page } = await fetchPage(url, body);
    if (!ok) return showError(document.querySelector('main'), page);
    const list = saveList();
    document.title = page.title;
    document.documentElement.lang = page.documentElement.lang;
    document.body.replaceWith(page.body);
    preparePage();
    restoreList(list);
    const focused = document.querySelector('[data-focus]') ?? document.querySelector('h1');
    focused.tabIndex = -1;
    focused.focus();
  } catch {
    showError(document.querySelector('main'));
  } finally {
    document.body.removeAttribute('aria-busy');
  }
}
