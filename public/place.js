// The place in the panel: the address keeps filter and opened features, so that the browser's back, a link and a new
// sign-in lead back to it. What is typed into a request is kept in this tab until it is sent.

import { restoreList, saveList } from './feature-list.js';

/** Writes filter and opened features into the address, without what only described how this page was reached. */
export function savePlace() {
  const { filter, opened } = saveList();
  if (filter === null || location.pathname !== '/panel') return;
  const { show, search } = filter;
  const url = new URL(location.href);
  const place = {
    show: show === 'all' ? '' : show,
    search: search.trim(),
    open: opened.map(([row]) => row).join(),
  };
  for (const [name, value] of Object.entries({
    ...place,
    signedIn: '',
    loading: '',
    refreshed: '',
    again: '',
  })) {
    if (value === '') url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  history.replaceState(history.state, '', url);
}

/** Restores filter, opened features and scroll position of the address, which a page reached by `back` may lack. */
export function restorePlace() {
  const { show = 'all', search = '', open = '' } = Object.fromEntries(new URLSearchParams(location.search));
  const opened = open.split(',').filter((row) => /^\w+$/.test(row));
  const isPlain = show === 'all' && search === '' && opened.length === 0;
  // The browser may have filled the fields of a page that it shows again.
  if (isPlain) document.querySelector('form[role=search]')?.reset();
  else restoreList({ filter: { show, search }, opened: opened.map((row) => [row, '']) });
  savePlace();
  const { top } = history.state ?? {};
  if (top !== undefined) keepScrolledTo(top);
  else if (opened.length > 0) document.querySelector(`[data-row="${opened[0]}"]`)?.scrollIntoView();
  addEventListener('pagehide', () => history.replaceState({ top: scrollY }, ''));
}

/** Explanations arrive one by one and move what is below, until the reader does something. */
function keepScrolledTo(top) {
  // What is above has its own height, not an estimate.
  for (const section of document.querySelectorAll('.solution')) section.style.contentVisibility = 'visible';
  const observer = new ResizeObserver(() => scrollTo(0, top));
  observer.observe(document.body);
  for (const type of ['wheel', 'touchmove', 'keydown', 'pointerdown'])
    addEventListener(type, () => observer.disconnect(), { once: true });
}

/** Keeps what is typed into the form of a request. */
export function saveDraft({ value, form }) {
  withStorage((storage) => storage.setItem(draftKey(form), value));
}

/** Fills empty forms of requests with what was typed before; forgets it once the request is sent. */
export function restoreDrafts(element) {
  for (const form of element.querySelectorAll('.access-request form')) {
    const field = form.querySelector('textarea');
    withStorage((storage) => {
      if (field === null) storage.removeItem(draftKey(form));
      else if (field.value === '') field.value = storage.getItem(draftKey(form)) ?? '';
    });
  }
}

function draftKey({ action, elements }) {
  const { searchParams } = new URL(action);
  return `draft ${searchParams.get('uctx')} ${searchParams.get('usid')} ${elements.subject.value}`;
}

/** A browser that blocks cookies in frames may block the storage too. */
function withStorage(use) {
  try {
    use(sessionStorage);
  } catch {}
}
