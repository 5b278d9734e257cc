// The list of features: filters it, and restores filter and opened features after the page was swapped.

/** The module of the search, which a page loads when it is needed. */
let searchModule = null;

/** Filters the list: by text with the server, by state without a request. */
export async function filterFeatures(form) {
  const { search, show } = Object.fromEntries(new FormData(form));
  const isSearch = search.trim() !== '';
  const isUnfiltered = !isSearch && show === 'all';
  form.querySelector('[data-reset]').hidden = isUnfiltered;
  for (const link of document.querySelectorAll('.counts [data-show]'))
    link.ariaCurrent = link.dataset.show === show ? 'true' : null;
  // Before anything is awaited, so that what the caller opens next stays open.
  if (isUnfiltered) setFolds(false);
  await applySearch(form, isSearch);
  if (!isSearch) applyState(form, show);
}

/** Shows the rows of one state, or all. */
function applyState(form, show) {
  const isUnfiltered = show === 'all';
  let count = 0;
  for (const row of document.querySelectorAll('.solutions .features li[data-row]')) {
    if (row.querySelector(':scope > details') === null) continue;
    row.hidden = !(isUnfiltered || row.dataset.state === show);
    if (!row.hidden && !('countedElsewhere' in row.dataset)) count += 1;
  }
  hideEmptyGroups();
  // A filter must not hide what it found.
  if (!isUnfiltered) setFolds(true);
  const found = form.querySelector('.found');
  const { some, none } = found.dataset;
  found.textContent = isUnfiltered ? '' : count === 0 ? none : some.replace('#', count);
}

/** Shows what a search finds, or the list after one. */
async function applySearch(form, isSearch) {
  if (isSearch || document.querySelector('#results[data-found]')) searchModule ??= import('./search.js');
  const module = await searchModule;
  if (isSearch) await module.search(form);
  else await module?.endSearch(form);
}

/** Filters the list by the state that a link names, and moves to what was found. */
export async function showFeatures({ dataset }) {
  const form = document.querySelector('form[role=search]');
  for (const closed of closedAround(form)) closed.open = true;
  form.elements.show.value = dataset.show;
  if ('reset' in dataset) form.elements.search.value = '';
  await filterFeatures(form);
  form.querySelector('.found').focus();
}

function setFolds(open) {
  for (const fold of document.querySelectorAll('.fold')) fold.open = open;
}

function hideEmptyGroups() {
  const hasShown = (each) => each.querySelector('li:not([hidden]) > details') !== null;
  for (const each of document.querySelectorAll('.solutions li:has(> .features), .tier, .fold'))
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
    for (const each of [details, ...closedAround(details)]) each.open = true;
  }
}

function closedAround(details) {
  const closed = details.parentElement.closest('details:not([open])');
  return closed === null ? [] : [closed, ...closedAround(closed)];
}
