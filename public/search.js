// The search: the server finds, because it has the words of all languages. A row of the list moves into the results and back,
// so that what is opened and typed in it stays.

import { showError } from './error-notice.js';
import { fetchPage } from './session.js';

const pauseMs = 150;
/** Counts searches: the response of an older one is ignored. */
let latest = 0;
/** Rows that are in the results, with their places in the list and their own labels. */
let moved = [];

/** Shows what the server finds for a form, after a pause in typing. */
export async function search(form) {
  latest += 1;
  const own = latest;
  await new Promise((resolve) => setTimeout(resolve, pauseMs));
  if (own !== latest) return;
  const page = await fetchPanel(form, new FormData(form));
  if (own !== latest || page === null) return;
  moveBack();
  const results = page.querySelector('#results');
  for (const found of results.querySelectorAll('[data-row]')) moveRow(found);
  document.querySelector('#results').replaceWith(results);
  form.querySelector('.found').textContent = page.querySelector('.found').textContent;
}

/** Shows the list again. A page that was opened with a search has none, so it is fetched. */
export async function endSearch(form) {
  latest += 1;
  const own = latest;
  moveBack();
  const results = document.querySelector('#results');
  results.replaceChildren();
  delete results.dataset.found;
  const list = document.querySelector('#results ~ .solutions');
  if (list.childElementCount > 0) return;
  const all = new FormData(form);
  all.delete('show');
  const page = await fetchPanel(form, all);
  if (own === latest && page !== null) list.replaceWith(page.querySelector('#results ~ .solutions'));
}

/** The panel with a filter; null after an error, which is shown. */
async function fetchPanel({ action }, filter) {
  const main = document.querySelector('main');
  try {
    const { ok, page } = await fetchPage(`${action}?${new URLSearchParams(filter)}`);
    if (ok) return page;
    showError(main, page);
  } catch {
    showError(main);
  }
  return null;
}

function moveRow(found) {
  const row = document.querySelector(`[data-row="${found.dataset.row}"]`);
  if (row === null) return;
  const place = document.createComment('');
  const label = row.querySelector('.label');
  moved.push({ row, place, label, own: [...label.childNodes] });
  label.replaceChildren(...found.querySelector('.label').childNodes);
  row.replaceWith(place);
  found.replaceWith(row);
  row.hidden = false;
}

function moveBack() {
  for (const { row, place, label, own } of moved) {
    label.replaceChildren(...own);
    place.replaceWith(row);
  }
  moved = [];
}
