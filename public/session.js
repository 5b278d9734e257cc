// The session of this page: requests carry its bearer token where the browser blocks cookies in frames.

/** The bearer token, or null where the session is a cookie. It is stored nowhere else. */
let bearerToken = null;

export function hasBearerToken() {
  return bearerToken !== null;
}

/** Fetches a page, by POST if there is a body. */
export async function fetchPage(url, body) {
  const headers = { Accept: 'text/html' };
  if (bearerToken !== null) headers.Authorization = `Bearer ${bearerToken}`;
  const method = body === undefined ? 'GET' : 'POST';
  const response = await fetch(url, { method, headers, body: body && new URLSearchParams(body) });
  // The session has ended: without a token, links load whole pages again and lead to the sign-in.
  if (response.status === 401) bearerToken = null;
  return {
    ok: response.ok,
    page: new DOMParser().parseFromString(await response.text(), 'text/html'),
  };
}

/** Exchanges the one-time code of a sign-in for a session. Returns whether it was accepted. */
export async function exchangeCode(code, verifier) {
  const response = await fetch('/panel/session', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ code, verifier }),
  });
  if (response.ok) ({ bearer: bearerToken } = await response.json());
  return response.ok;
}

/** Whether the browser stored the session cookie and sends it from this frame. */
export async function hasSessionCookie() {
  return (await fetch('/panel/session')).ok;
}
