// The entry of the sign-in page and of the pages in its pop-up. Signs in by a pop-up because a frame can neither show
// every sign-in page nor store its cookies in every browser. A sign-in page may cut the pop-up off from the panel
// (Cross-Origin-Opener-Policy), so the panel asks the server for the session; messages only make it faster.

import { hasBearerToken, postJson, prepareHandoff, takeSession } from './session.js';
import { swapPage } from './swap.js';

/** How often the panel asks for the session, ms, and for how long: the lifetime of a sign-in. */
const intervalMs = 2000;
const waitMs = 10 * 60 * 1000;

/** The latest pop-up of this panel. */
let popUp = null;
/** The secret of this panel and its SHA-256, which the pop-ups of this panel sign in for. */
let keys = null;
/** When this panel stops asking for the session. */
let waitUntil = 0;
/** Ends the current pause between two questions. */
let wake = () => {};

if ('popUp' in document.body.dataset) askForChallenge();
if ('signedIn' in document.body.dataset) returnToPanel();

document.addEventListener('click', (event) => {
  const link = event.target.closest('a[data-pop-up]');
  if (link === null) return;
  event.preventDefault();
  signIn(link);
});

/** Runs `handle` for messages of a window of our own origin; others are ignored. */
function onMessage(getSource, handle) {
  addEventListener('message', ({ origin, source, data }) => {
    if (origin === location.origin && source !== null && source === getSource() && data?.planlens)
      handle(data);
  });
}

/** In the pop-up: starts the sign-in for the challenge of the panel that opened it, if that is a page of ours. */
function askForChallenge() {
  if (window.opener === null) return;
  const { uctx, usid, lang } = document.body.dataset;
  onMessage(
    () => window.opener,
    async ({ planlens, challenge }) => {
      if (planlens !== 'challenge') return;
      const response = await postJson('/panel/sign-in', { uctx, usid, lang, challenge });
      if (response.ok) location.replace((await response.json()).url);
    },
  );
  window.opener.postMessage({ planlens: 'pop-up' }, location.origin);
}

/** In the pop-up after the sign-in: tells the panel that opened it, if it still can, and closes. */
function returnToPanel() {
  window.opener?.postMessage({ planlens: 'signed-in' }, location.origin);
  window.close();
}

onMessage(
  () => popUp,
  async ({ planlens }) => {
    if (planlens === 'signed-in') wake();
    if (planlens === 'pop-up') {
      const { challenge } = await keys;
      popUp.postMessage({ planlens: 'challenge', challenge }, location.origin);
    }
  },
);

/** In the panel: opens the pop-up and waits for its session. */
async function signIn(link) {
  // A second click brings an open pop-up to the front, which may be behind the CRM.
  if (popUp !== null && !popUp.closed) return popUp.focus();
  const isWaiting = waitUntil > Date.now();
  if (isWaiting && countFailure(link)) return;
  const progress = link.closest('.sign-in').querySelector('.progress');
  keys ??= createKeys();
  popUp = window.open(link.dataset.popUp, 'planlens-sign-in', 'popup,width=560,height=720');
  if (popUp === null) return showProgress(progress, 'blocked');
  showProgress(progress, 'waiting');
  waitUntil = Date.now() + waitMs;
  if (!isWaiting) await enterWhenSignedIn(link, progress);
}

/** Counts a sign-in that did not lead to the panel. Returns whether it was the last one to try. */
function countFailure(link) {
  const card = link.closest('.sign-in');
  card.dataset.tries = Number(card.dataset.tries) + 1;
  if (Number(card.dataset.tries) < 3) return false;
  const stopped = card.querySelector('.stopped');
  stopped.hidden = false;
  card.querySelector('.progress').hidden = true;
  link.parentElement.hidden = true;
  stopped.focus();
  return true;
}

/** Asks for the session until it arrives, then enters the panel. */
async function enterWhenSignedIn(link, progress) {
  const { verifier } = await keys;
  await prepareHandoff().catch(() => {});
  while (Date.now() < waitUntil) {
    const arrived = await takeSession(verifier).catch(() => null);
    if (arrived) return hasBearerToken() ? swapPage(link.href) : location.replace(link.href);
    if (arrived === null) showProgress(progress, 'refused');
    // A window that another site has cut off counts as closed too, so its user may still be signing in.
    else if (popUp.closed) showProgress(progress, 'closed');
    await new Promise((resolve) => {
      wake = resolve;
      setTimeout(resolve, intervalMs);
    });
  }
}

function showProgress(progress, key) {
  const text = progress.dataset[key];
  // Screen readers announce a text that is set, even if it is the same.
  if (progress.textContent !== text) progress.textContent = text;
}

async function createKeys() {
  const verifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
  const challenge = base64url(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier)));
  return { verifier, challenge };
}

function base64url(bytes) {
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
