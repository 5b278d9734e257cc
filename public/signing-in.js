// The entry of the page that a panel shows while it signs its user in, and of the page in its hidden frame. A frame inside
// the panel receives SuperOffice's cookies only where the browser allows third-party cookies. It is tried first there,
// because this page remains if the sign-in leads to an identity provider that refuses to be framed.

/** After this time the page offers to sign in by a pop-up, ms. */
const offerAfterMs = 3000;
/** The time in which a refusal is reported after a frame has loaded, ms. */
const refusalReportMs = 250;

/** How this browser signed the user in before (`SignInWay` in src/web/sign-in/sign-in-attempts.ts). */
const { way, url, hiddenFrameUrl } = document.body.dataset;

if ('hiddenFrame' in document.body.dataset) {
  window.parent.postMessage({ planlens: url === '' ? 'failed' : 'signed-in', url }, location.origin);
} else if (way !== 'pop-up') {
  // For browsers whose style sheets do not know whether scripts run.
  document.querySelector('.without-script')?.remove();
  setTimeout(offerPopUp, offerAfterMs, 'slow');
  // At once: a form that is sent before the page has loaded leaves no entry in the browser's history.
  if (way === 'frame') signInByOwnFrame();
  else if (await allowsThirdPartyCookies()) signInByHiddenFrame();
  else offerPopUp('click');
}

async function allowsThirdPartyCookies() {
  return (await document.hasStorageAccess?.().catch(() => false)) === true;
}

/** Leads to the panel when the hidden frame has signed in, and offers the pop-up if it cannot. */
function signInByHiddenFrame() {
  const frame = document.createElement('iframe');
  let isDecided = false;
  const decide = (act) => {
    if (!isDecided) act();
    isDecided = true;
  };
  addEventListener('message', ({ origin, source, data }) => {
    if (origin !== location.origin || source !== frame.contentWindow) return;
    if (data?.planlens === 'signed-in') decide(() => location.replace(data.url));
    // The error belongs into the panel.
    if (data?.planlens === 'failed') decide(signInByOwnFrame);
  });
  onRefusedTarget('frame-src', () => decide(() => offerPopUp('window')));
  // SuperOffice asks for a password, or cannot respond. In a pop-up, its sign-in receives all of its cookies.
  frame.addEventListener('load', () => setTimeout(() => decide(() => offerPopUp('click')), refusalReportMs));
  frame.hidden = true;
  frame.src = hiddenFrameUrl;
  document.body.append(frame);
}

/** Leads this frame to SuperOffice by a form, because some browsers let this page forbid where a form is redirected to. */
function signInByOwnFrame() {
  onRefusedTarget('form-action', () => offerPopUp('window'));
  document.querySelector('#own-frame').submit();
}

/** Runs `act` if the sign-in leads to another site: the page may frame, or lead by a form to, SuperOffice only. */
function onRefusedTarget(directive, act) {
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
    if (effectiveDirective === directive) act();
  });
}

/** Shows the button; the first reason stays. */
function offerPopUp(reason) {
  const offer = document.querySelector('.offer');
  if (!offer.hidden) return;
  for (const text of offer.querySelectorAll('[data-reason]')) text.hidden = text.dataset.reason !== reason;
  document.querySelector('.pending').hidden = true;
  offer.hidden = false;
}
