// Shows the explanation of a feature in its row, and submits the forms in it without leaving the list.

import { showError } from './error-notice.js';
import { restoreDrafts } from './place.js';
import { fetchPage } from './session.js';

/** Loads the explanation of a feature whose row was opened. */
export function openFeature(details, feature) {
  const form = document.querySelector('#why');
  const query = new URLSearchParams(new FormData(form));
  query.set('feature', feature);
  showExplanation(details.querySelector('.why'), `${form.action}?${query}`);
}

/** Submits a form of an explanation and focuses the result. */
export function submitInPlace(form, data) {
  showExplanation(form.closest('.why'), form.action, data);
}

async function showExplanation(why, url, body) {
  const before = [...why.childNodes];
  why.setAttribute('aria-busy', 'true');
  if (body === undefined) why.textContent = why.closest('.solutions').dataset.reading;
  let page;
  try {
    ({ page } = await fetchPage(url, body));
    insertExplanation(why, page.querySelector('#explanation'));
    if (body !== undefined) {
      showResult(why);
      showOwnRequests();
    }
  } catch {
    if (body === undefined) why.replaceChildren(...before);
    showError(why, page);
  } finally {
    why.removeAttribute('aria-busy');
  }
}

/** Lists the user's requests again. Without a response the list stays as it was: the request itself has arrived. */
async function showOwnRequests() {
  const form = document.querySelector('#why');
  const { ok, page } = await fetchPage(`/panel?${new URLSearchParams(new FormData(form))}`).catch(() => ({}));
  if (ok) document.querySelector('#requests').replaceWith(page.querySelector('#requests'));
}

/** Puts an explanation into its row, with headings one level below the heading of the row. */
function insertExplanation(why, explanation) {
  explanation.querySelector('#access-request')?.removeAttribute('id');
  const level = why.closest('.tier').querySelector('h3') === null ? 'h3' : 'h4';
  for (const heading of explanation.querySelectorAll('h2')) {
    const lower = document.createElement(level);
    lower.append(...heading.childNodes);
    heading.replaceWith(lower);
  }
  why.replaceChildren(...explanation.childNodes);
  const { dataset } = why.parentElement;
  const field = why.querySelector('textarea');
  if (field !== null) field.value = dataset.typed ?? '';
  delete dataset.typed;
  restoreDrafts(why);
}

/** Focuses the result of a form and updates the state shown in the row. */
function showResult(why) {
  why.querySelector('.access-request')?.querySelector('[role=status], textarea')?.focus();
  const state = why.previousElementSibling.querySelector('.state');
  const [text] = state.textContent.split(' · ');
  const isRequested = why.querySelector('[value=withdraw]') !== null;
  state.textContent = isRequested ? `${text} · ${why.closest('.solutions').dataset.requested}` : text;
}
