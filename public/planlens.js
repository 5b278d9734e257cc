// The one script. Without it every page works, but for the pop-up.
/** The session of a page whose browser refuses cookies in frames: it lives here only. */
let bearer = null;
/** The pop-up of a sign-in under way. */
let popUp = null;

const handedOver = document.body.dataset.handOver;
if (handedOver !== undefined) handOver(handedOver);
prepare();

document.addEventListener('click', (event) => {
  const link = event.target.closest('a[href]');
  if (link === null) return;
  if (link.dataset.popUp !== undefined) {
    event.preventDefault();
    signIn(link);
  } else if (bearer !== null && link.target === '' && link.origin === location.origin) {
    event.preventDefault();
    swap(link.href);
  }
});

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.getAttribute('role') === 'search') return event.preventDefault();
  const inPlace = form.closest('.why') !== null && 'stay' in form.dataset;
  if (!inPlace && !('swap' in form.dataset) && bearer === null) return;
  event.preventDefault();
  const data = new FormData(form, event.submitter);
  if (inPlace) explain(form.closest('.why'), form.action, data);
  else if (form.method === 'get') swap(`${form.action}?${new URLSearchParams(data)}`);
  else swap(form.action, data);
});

// `toggle` does not bubble.
document.addEventListener(
  'toggle',
  (event) => {
    const button = event.target.querySelector(':scope > .why > button');
    if (button !== null && event.target.open) openFeature(event.target, button.value);
  },
  true,
);

document.addEventListener('input', (event) => {
  if (event.target.form?.getAttribute('role') === 'search') filterFeatures(event.target.form);
});

/** What a page needs of us when it arrives: moments in the reader's own time. */
function prepare() {
  const style = { dateStyle: 'medium', timeStyle: 'short' };
  for (const time of document.querySelectorAll('time')) {
    time.textContent = new Date(time.dateTime).toLocaleString(document.documentElement.lang, style);
  }
  follow();
}

/** Says each second how far something is, until it has ended. */
async function follow() {
  const place = document.querySelector('[data-under-way]');
  if (place === null) return;
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const { ok, page } = await ask(location.href).catch(() => ({}));
  if (ok) {
    const fresh = page.querySelector('[data-under-way]');
    if (fresh === null) return location.reload();
    const [said, told] = [document, page].map((each) => each.querySelector('[role=status]'));
    // What is set is announced, though it be the same.
    if (said.textContent !== told.textContent) said.textContent = told.textContent;
    place.replaceWith(fresh);
  }
  follow();
}

async function ask(url, body) {
  const headers = { Accept: 'text/html' };
  if (bearer !== null) headers.Authorization = `Bearer ${bearer}`;
  const method = body === undefined ? 'GET' : 'POST';
  const answer = await fetch(url, { method, headers, body: body && new URLSearchParams(body) });
  // This page's session has ended: from now on links lead to where one signs in.
  if (answer.status === 401) bearer = null;
  return { ok: answer.ok, page: new DOMParser().parseFromString(await answer.text(), 'text/html') };
}

/** Puts another page in this one's place, the focus where it tells what came of it. */
async function swap(url, body) {
  document.body.setAttribute('aria-busy', 'true');
  try {
    const { ok, page } = await ask(url, body);
    if (!ok) return complain(document.querySelector('main'), page);
    const list = rememberList();
    document.title = page.title;
    document.documentElement.lang = page.documentElement.lang;
    document.body.replaceWith(page.body);
    prepare();
    restoreList(list);
    const focused = document.querySelector('[data-focus]') ?? document.querySelector('h1');
    focused.tabIndex = -1;
    focused.focus();
  } catch {
    complain(document.querySelector('main'));
  } finally {
    document.body.removeAttribute('aria-busy');
  }
}

/** Says on top of a place what went wrong, as a problem page tells, else that nothing came. */
function complain(place, page) {
  place.querySelector(':scope > [role=alert]')?.remove();
  const alert = document.createElement('div');
  alert.className = 'notice';
  alert.setAttribute('role', 'alert');
  const told = page?.querySelectorAll('[role=alert] > p:not(.code)') ?? [];
  alert.append(...(told.length > 0 ? told : [document.body.dataset.failed]));
  place.prepend(alert);
}

/** How the reader has set the list up: filter, opened rows, and what is typed in them. */
function rememberList() {
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

function restoreList({ filter, opened }) {
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

function openFeature(details, feature) {
  const why = details.querySelector('.why');
  const form = document.querySelector('#why');
  const query = new URLSearchParams(new FormData(form));
  query.set('feature', feature);
  explain(why, `${form.action}?${query}`);
}

/** Shows a feature's explanation in its place; after a form of it, moves the focus to what came of that. */
async function explain(why, url, body) {
  const { reading, asked } = why.closest('.solutions').dataset;
  const before = [...why.childNodes];
  why.setAttribute('aria-busy', 'true');
  if (body === undefined) why.textContent = reading;
  let page;
  try {
    ({ page } = await ask(url, body));
    show(why, page.querySelector('#explanation'));
    const result = why.querySelector('.wish')?.querySelector('[role=status], textarea');
    if (body === undefined) return;
    result?.focus();
    const state = why.previousElementSibling.querySelector('.state');
    const [word] = state.textContent.split(' · ');
    state.textContent = why.querySelector('[value=withdraw]') === null ? word : `${word} · ${asked}`;
  } catch {
    if (body === undefined) why.replaceChildren(...before);
    complain(why, page);
  } finally {
    why.removeAttribute('aria-busy');
  }
}

/** Puts an explanation into its row, headings below the row's own. */
function show(why, explanation) {
  explanation.querySelector('#wish')?.removeAttribute('id');
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
}

/** Narrows the list down as the reader types; nothing is sent. */
function filterFeatures(form) {
  const { search, show } = Object.fromEntries(new FormData(form));
  const { lang } = document.documentElement;
  const wanted = search.trim().toLocaleLowerCase(lang);
  let count = 0;
  for (const row of document.querySelectorAll('.solutions .features li[data-row]')) {
    if (row.querySelector(':scope > details') === null) continue;
    const isEnabled = row.dataset.state === 'enabled';
    const passes = show === 'all' || isEnabled === (show === 'enabled');
    const label = row.querySelector('.label').textContent.toLocaleLowerCase(lang);
    row.hidden = !(passes && label.includes(wanted));
    if (!row.hidden) count += 1;
  }
  const hasShown = (each) => each.querySelector('li:not([hidden]) > details') !== null;
  for (const each of document.querySelectorAll('.solutions li:has(> .features), .tier'))
    each.hidden = !hasShown(each);
  for (const each of document.querySelectorAll('.solution:has(.tier), .column'))
    each.hidden = !hasShown(each);
  const found = form.querySelector('.found');
  const { some, none } = found.dataset;
  const unfiltered = wanted === '' && show === 'all';
  found.textContent = unfiltered ? '' : count === 0 ? none : some.replace('#', count);
}

/** In the pop-up: hands the one-time code to the panel that opened it, which alone can use it, and closes. */
function handOver(code) {
  if (window.opener === null) return;
  window.opener.postMessage({ planlens: 'hand-over', code }, location.origin);
  window.close();
}

/** Signs in by a pop-up: a frame may neither show every sign-in nor keep its cookies. */
async function signIn(link) {
  // Pressed again while it is open, perhaps behind the CRM, brings it to the front.
  if (popUp !== null && !popUp.closed) return popUp.focus();
  const card = link.closest('.sign-in');
  const progress = card.querySelector('.progress');
  const say = (what) => {
    progress.textContent = progress.dataset[what];
  };
  // Opened before anything is waited for: browsers let a click open a window, and nothing later.
  popUp = window.open('', 'planlens-sign-in', 'popup,width=560,height=720');
  if (popUp === null) return say('blocked');
  say('waiting');
  const outcome = await enteredBy(popUp, link).catch(() => 'refused');
  if (outcome === 'entered') return;
  popUp.close();
  say(outcome);
  card.dataset.tries = Number(card.dataset.tries) + 1;
  if (Number(card.dataset.tries) < 3) return;
  const stopped = card.querySelector('.stopped');
  stopped.hidden = false;
  progress.hidden = true;
  link.parentElement.hidden = true;
  stopped.focus();
}

/** Goes through the pop-up into the panel. What came of it: `entered`, `closed` or `refused`. */
async function enteredBy(popUp, link) {
  const verifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
  const challenge = base64url(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier)));
  popUp.location.href = `${link.dataset.popUp}&challenge=${challenge}`;
  const code = await codeFrom(popUp);
  if (code === null) return 'closed';
  if (!(await redeem(code, verifier))) return 'refused';
  await enter(link.href);
  return 'entered';
}

/** The code a pop-up hands over, or null when it was closed without. Only our own page in that very window is heard. */
function codeFrom(popUp) {
  return new Promise((resolve) => {
    let closedFor = 0;
    const done = (code) => {
      clearInterval(watch);
      removeEventListener('message', hear);
      resolve(code);
    };
    const hear = ({ origin, source, data }) => {
      if (origin === location.origin && source === popUp && data?.planlens === 'hand-over') done(data.code);
    };
    // A message may still be on its way when the window is gone.
    const watch = setInterval(() => {
      closedFor = popUp.closed ? closedFor + 1 : 0;
      if (closedFor > 2) done(null);
    }, 300);
    addEventListener('message', hear);
  });
}

async function redeem(code, verifier) {
  const headers = { 'Content-Type': 'application/json' };
  const answer = await fetch('/panel/session', {
    method: 'POST',
    headers,
    body: JSON.stringify({ code, verifier }),
  });
  if (answer.ok) ({ bearer } = await answer.json());
  return answer.ok;
}

/** Goes on to the panel: by itself where the browser kept the session, else with the one in this page. */
async function enter(panelUrl) {
  const kept = (await fetch('/panel/session')).ok;
  if (kept) location.replace(panelUrl);
  else await swap(panelUrl);
}

function base64url(bytes) {
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
