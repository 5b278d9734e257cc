// The entry of every page: connects events to actions. Every page works without scripts, except the sign-in pop-up.

import { openInCrm } from './crm.js';
import { openFeature, submitInPlace } from './explanation.js';
import { filterFeatures, showFeatures } from './feature-list.js';
import { restorePlace, saveDraft, savePlace } from './place.js';
import { hasBearerToken } from './session.js';
import { preparePage, swapPage } from './swap.js';

preparePage();
restorePlace();

document.addEventListener('click', (event) => {
  const copyButton = event.target.closest('[data-copy]');
  if (copyButton !== null) return import('./copy.js').then(({ copyField }) => copyField(copyButton));
  const link = event.target.closest('a[href]');
  if (link === null) return;
  const inNewTab = event.ctrlKey || event.metaKey || event.shiftKey;
  if ('soprotocol' in link.dataset && !inNewTab && openInCrm(link.dataset.soprotocol)) event.preventDefault();
  if ('show' in link.dataset && !inNewTab) {
    event.preventDefault();
    showFeatures(link);
    return savePlace();
  }
  if (!hasBearerToken() || link.getAttribute('href').startsWith('#')) return;
  if (link.target !== '' || link.origin !== location.origin) return;
  event.preventDefault();
  swapPage(link.href);
});

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.getAttribute('role') === 'search') return event.preventDefault();
  const inPlace = form.closest('.why') !== null && 'stay' in form.dataset;
  if (!inPlace && !('swap' in form.dataset) && !hasBearerToken()) return;
  event.preventDefault();
  const data = new FormData(form, event.submitter);
  if (inPlace) submitInPlace(form, data);
  else if (form.method === 'get') swapPage(`${form.action}?${new URLSearchParams(data)}`);
  else swapPage(form.action, data);
});

// Numbers that are typed into another form of the page are sent along: without that, they would be gone after it.
document.addEventListener('formdata', ({ target, formData }) => {
  const other = document.getElementById(target.dataset.with);
  for (const { name, value } of other?.querySelectorAll('input[type="number"]') ?? [])
    formData.set(name, value);
});

// `toggle` does not bubble, so it is captured.
document.addEventListener(
  'toggle',
  (event) => {
    const button = event.target.querySelector(':scope > .why > button');
    if (button !== null && event.target.open) openFeature(event.target, button.value);
    savePlace();
  },
  true,
);

document.addEventListener('change', ({ target }) => {
  if (target.type === 'checkbox' && target.form?.elements.all !== undefined)
    import('./tick-all.js').then(({ tickAll }) => tickAll(target));
});

document.addEventListener('input', (event) => {
  const { name, form } = event.target;
  if (form?.getAttribute('role') === 'search') {
    filterFeatures(form);
    savePlace();
  } else if (name === 'reason') saveDraft(event.target);
});
