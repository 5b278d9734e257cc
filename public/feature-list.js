// The list of features: filters it, and restores filter and opened features after the page was swapped.

/** The module of the search, which a page loads when it is needed. */
let searchModule = null;

/** Filters the list: by text with the server, by state without a request. */
export async function filterFeatures(form) {
  const { search, show } = Object.fromEntries(new FormData(form));
  const isSearch = search.trim() !== '';
  if (isSearch || document.querySelector('#results[data-found]')) searchModule ??= import('./search.js');
  if (isSearch) return (await searchModule).search(form);
  await (await searchModule)?.endSearch(form);
  let count = 0;
  for (const row of document.querySelectorAll('.solutions .features li[data-row]')) {
    if (row.querySelector(':scope > details') === null) continue;
    const isEnabled = row.dataset.state === 'enabled';
    const hasState = show === 'all' || isEnabled === (show === 'enabled');
    row.hidden = !hasState;
    if (!row.hidden) count += 1;
  }
  hideEmptyGroups();
  const found = form.querySelector('.found');
  const { some, none } = found.dataset;
  const isUnfiltered = show === 'all';
  found.textContent = isUnfiltered ? '' : count === 0 ? none : some.replace('#', count);
}

function hideEmptyGroups() {
  const hasShown = (each) => each.querySelector('li:not([hidden]) > details') !== null;
  for (const each of document.querySelectorAll('.solutions li:has(> .features), .tier'))
    each.hidden = !hasShown(each);
  for (const each of document.querySelectorAll('.solution:has(.tier), .column'))
    each.hidden = !hasShown(each);
}

/** The filter, the opened rows, and what is typed in them. */
export function saveList() {
  const search = document.querySelector('form[role=search]');
  const opened = [...document.querySelectorAll('details[open] > .why')];
  return {
    filter: search && Object.fromEntries(new FormData(search)),
    opened: opened.map((why) => [
      why.closest('[data-row]').dataset.row,
      why.querySelector('textarea')?.value ?? '',
    ]),
  };
}

export function restoreList({ filter, opened }) {
  const search = document.querySelector('form[role=search]');
  if (search === null || filter === null) return;
  for (const [name, value] of Object.entries(filter)) search.elements[name].value = value;
  filterFeatures(search);
  for (const [row, typed] of opened) {
    const details = document.querySelector(`[data-row="${row}"] > details`);
    if (details === null) continue;
    details.dataset.typed = typed;
    details.open = true;
  }
}
