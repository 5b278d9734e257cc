// The entry of the sign-in page and of the page in its pop-up. Signs in by a pop-up because a frame can neither show
// every sign-in page nor store its cookies in every browser.

import { exchangeCode, hasSessionCookie } from './session.js';
import { swapPage } from './swap.js';

/** The pop-up of the current sign-in. */
let popUp = null;

const code = document.body.dataset.sessionHandoff;
if (code !== undefined) sendCode(code);

document.addEventListener('click', (event) => {
  const link = event.target.closest('a[data-pop-up]');
  if (link === null) return;
  event.preventDefault();
  signIn(link);
});

/** In the pop-up: sends the one-time code to the panel that opened it, the only page that can use it, and closes. */
function sendCode(code) {
  if (window.opener === null) return;
  window.opener.postMessage({ planlens: 'session-handoff', code }, location.origin);
  window.close();
}

/** In the panel: opens the pop-up and enters the panel with the code it sends. */
async function signIn(link) {
  // A second click brings an open pop-up to the front, which may be behind the CRM.
  if (popUp !== null && !popUp.closed) return popUp.focus();
  const card = link.closest('.sign-in');
  const progress = card.querySelector('.progress');
  const showProgress = (key) => {
    progress.textContent = progress.dataset[key];
  };
  // Opened before the first `await`: browsers allow a window to be opened by a click only, not later.
  popUp = window.open('', 'planlens-sign-in', 'popup,width=560,height=720');
  if (popUp === null) return showProgress('blocked');
  showProgress('waiting');
  const outcome = await enterBy(popUp, link).catch(() => 'refused');
  if (outcome === 'entered') return;
  popUp.close();
  showProgress(outcome);
  card.dataset.tries = Number(card.dataset.tries) + 1;
  if (Number(card.dataset.tries) < 3) return;
  const stopped = card.querySelector('.stopped');
  stopped.hidden = false;
  progress.hidden = true;
  link.parentElement.hidden = true;
  stopped.focus();
}

/** Enters the panel by the pop-up. Returns `entered`, `closed` or `refused`. */
async function enterBy(popUp, link) {
  const verifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
  const challenge = base64url(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier)));
  popUp.location.href = `${link.dataset.popUp}&challenge=${challenge}`;
  const code = await receiveCode(popUp);
  if (code === null) return 'closed';
  if (!(await exchangeCode(code, verifier))) return 'refused';
  if (await hasSessionCookie()) location.replace(link.href);
  else await swapPage(link.href);
  return 'entered';
}

/** The code sent by the pop-up, or null if it was closed. Messages of other windows and origins are ignored. */
function receiveCode(popUp) {
  return new Promise((resolve) => {
    let closedFor = 0;
    const finish = (code) => {
      clearInterval(watch);
      removeEventListener('message', receive);
      resolve(code);
    };
    const receive = ({ origin, source, data }) => {
      if (origin === location.origin && source === popUp && data?.planlens === 'session-handoff')
        finish(data.code);
    };
    // A message can arrive shortly after the window was closed.
    const watch = setInterval(() => {
      closedFor = popUp.closed ? closedFor + 1 : 0;
      if (closedFor > 2) finish(null);
    }, 300);
    addEventListener('message', receive);
  });
}

function base64url(bytes) {
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
