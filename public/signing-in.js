// The entry of the page that a panel shows while it signs its user in, and of the page in its hidden frame. A frame inside
// the panel receives SuperOffice's cookies only where the browser allows third-party cookies. It is tried first there,
// because this page remains if the sign-in leads to an identity provider that refuses to be framed.

/** After this time the page offers to sign in by a pop-up, ms. */
const offerAfterMs = 3000;
/** The time in which a refusal is reported after a frame has loaded, ms. */
const refusalReportMs = 250;

const { url, hiddenFrameUrl } = document.body.dataset;
/** Whether the panel's own frame is not tried, because only a pop-up could sign the user in before. */
const isPopUpOnly = 'popUpOnly' in document.body.dataset;

if ('hiddenFrame' in document.body.dataset) {
  window.parent.postMessage({ planlens: 'signed-in', url }, location.origin);
} else {
  setTimeout(offerPopUp, offerAfterMs, 'slow');
  if (await allowsThirdPartyCookies()) signInByHiddenFrame();
  else signInByOwnFrame();
}

async function allowsThirdPartyCookies() {
  return (await document.hasStorageAccess?.().catch(() => false)) === true;
}

/** Leads to the panel when the hidden frame has signed in, and to SuperOffice in this frame if it cannot. */
function signInByHiddenFrame() {
  const frame = document.createElement('iframe');
  let isDecided = false;
  const decide = (act) => {
    if (!isDecided) act();
    isDecided = true;
  };
  addEventListener('message', ({ origin, source, data }) => {
    const isSignedIn = origin === location.origin && source === frame.contentWindow;
    if (isSignedIn && data?.planlens === 'signed-in') decide(() => location.replace(data.url));
  });
  // The page may frame SuperOffice only: the sign-in leads to another site, where the user must do something.
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
    if (effectiveDirective === 'frame-src') decide(() => offerPopUp('window'));
  });
  // SuperOffice asks for a password, or ours is a page that names an error: both belong into the panel.
  frame.addEventListener('load', () => setTimeout(() => decide(signInByOwnFrame), refusalReportMs));
  frame.hidden = true;
  frame.src = hiddenFrameUrl;
  document.body.append(frame);
}

function signInByOwnFrame() {
  if (!isPopUpOnly) location.replace(url);
}

/** Shows the button; the first reason stays. */
function offerPopUp(reason) {
  const offer = document.querySelector('.offer');
  if (!offer.hidden) return;
  for (const text of offer.querySelectorAll('[data-reason]')) text.hidden = text.dataset.reason !== reason;
  document.querySelector('.pending').hidden = true;
  offer.hidden = false;
}
